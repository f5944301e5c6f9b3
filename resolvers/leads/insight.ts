/** The analysis behind a lead's score, as new as can be had. */
import type { Lead } from '../../domain/lead/lead.ts';
import type { Insight } from '../../domain/scoring/score.ts';
import type { RequestContext } from '../context.ts';

const NEVER = new AbortController().signal;

/**
 * What is known where that is the AI's own word; else what the AI says now (through its circuit, up to half a minute), and what is known where it says
 * nothing. Where the caller goes away, the AI is not asked any further.
 */
export async function freshInsightOf({ ports, reads, signal = NEVER }: RequestContext, lead: Lead): Promise<Insight | null> {
  const known = lead.insight ?? null;
  if ((known?.source === 'AI' && !known.degraded) || lead.erasedAt !== undefined || ports.insights === undefined) return known;
  // The AI's mood is no change that anybody is told of.
  reads.never();
  try {
    return (await ports.insights.insight(lead.tenant, lead.id, signal)) ?? known;
  } catch (error) {
    if (!signal.aborted) ports.logger.warn({ lead: lead.id, error: String(error) }, 'the AI could not be asked for an insight; what is known is shown');
    return known;
  }
}
