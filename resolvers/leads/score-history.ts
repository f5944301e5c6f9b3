/** The scores that a lead had. */
import type { Lead } from '../../domain/lead/lead.ts';
import type { ScoreHistoryEntry } from '../../domain/views/score-history.ts';
import type { RequestContext } from '../context.ts';
import { pageSize } from '../cursors.ts';
import { readEntries } from './entries.ts';

/** Newest first. */
export async function scoreHistoryOf(context: RequestContext, lead: Lead, first: number | null | undefined): Promise<ScoreHistoryEntry[]> {
  const entries = await readEntries(context, lead, 'scores', { first: pageSize(first) });
  return entries.map(({ doc }) => JSON.parse(doc) as ScoreHistoryEntry);
}
