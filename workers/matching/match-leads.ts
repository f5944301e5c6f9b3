/** Leads whose wishes changed, and lists that came out otherwise than expected: each gets its list from its newest state. */
import { fold, isLead } from '../../domain/aggregate.ts';
import type { Lead } from '../../domain/lead/lead.ts';
import { streamKey } from '../../platform/event-store/event-store.ts';
import type { WorkerPorts } from '../kit/role.ts';
import type { WorkerCommand } from '../kit/send-commands.ts';
import type { Catalogues } from './catalogues.ts';
import { listFor, sameList } from './lists.ts';
import type { SentLists } from './sent-lists.ts';
import type { Slices } from './slices.ts';
import type { LeadToMatch } from './triggers.ts';

export interface MatchLeadsParts {
  readonly ports: Pick<WorkerPorts, 'eventStore' | 'clock'>;
  readonly catalogues: Pick<Catalogues, 'of'>;
  readonly sent: SentLists;
}

/** Answers the commands that give the leads their lists; a lead that has it needs none. */
export async function matchLeads({ ports, catalogues, sent }: MatchLeadsParts, asked: readonly LeadToMatch[], slices: Slices): Promise<WorkerCommand[]> {
  const due = asked.filter(({ tenant, streamId: id, recorded }) => recorded === undefined || !sent.expected({ tenant, id }, recorded));
  if (due.length === 0) return [];
  const streams = await ports.eventStore.loadStreams(due);
  const commands: WorkerCommand[] = [];
  for (const ask of due) {
    const lead = fold(streams.get(streamKey(ask)) ?? []);
    if (!lead || !isLead(lead) || lead.erasedAt !== undefined) continue;
    const catalogue = await catalogues.of(lead.tenant);
    const matches = listFor(lead, catalogue.active(), ports.clock.now().toISOString());
    // What is recorded and what is on its way: where either is another list, this one has to come last.
    if (!sameList(matches, lead.matches) || !sameList(matches, sent.held(lead))) commands.push(recordMatches(lead, matches, ask));
    await slices.breathe();
  }
  return commands;
}

const recordMatches = (lead: Lead, matches: Lead['matches'], { lane, trace }: LeadToMatch): WorkerCommand => ({
  tenant: lead.tenant,
  streamId: lead.id,
  lane,
  command: { type: 'RecordMatches', leadId: lead.id, matches, basedOnVersion: lead.version },
  dedupeKey: `match:${lead.id}@${lead.version}`,
  trace,
});
