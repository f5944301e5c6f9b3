/** A small run as it should be, by hand: its history and its outcomes, to be spoilt in one place at a time. */
import type { LeadEvent } from '../../../domain/lead/events.ts';
import { isLead, fold } from '../../../domain/aggregate.ts';
import { makeId, tenantId, type LeadId } from '../../../domain/ids.ts';
import type { RecordedEvent } from '../../../domain/messages.ts';
import { timelineEntry } from '../../../domain/views/timeline.ts';
import { createChecker } from '../../chaos/checker/check.ts';
import type { FinalEvidence, FinalReceipt, StreamEvidence, TimelineLine } from '../../chaos/checker/evidence.ts';
import { expectedView } from '../../chaos/checker/lead-view.ts';
import type { Violation } from '../../chaos/checker/violation.ts';
import type { Answer, Recorded, SentCommand } from '../../chaos/history.ts';

export const TENANT = 'chaos';
export const LEAD: LeadId = makeId('lead', 'ada');
const AT = '2026-03-10T20:00:00.000Z';

/** Times are milliseconds of the run; `settledAtMs` null: only ACCEPTED was ever answered. */
export function sent(
  key: string,
  facts: Partial<SentCommand> & Pick<SentCommand, 'type' | 'input'>,
  atMs: number,
  settledAtMs: number | null = null,
): SentCommand {
  const answer = { gateway: 0, commandId: makeId('command', key), leadId: LEAD, version: null };
  const answers: Answer[] = [{ ...answer, atMs: atMs + 1, status: 'ACCEPTED' }];
  if (settledAtMs !== null) answers.push({ ...answer, atMs: settledAtMs, status: 'APPLIED' });
  return { key, client: 'c1', leadId: LEAD, expectedVersion: null, sentAtMs: atMs, imported: false, answers, refusedWith: null, ...facts };
}

export function event(version: number, key: string, fact: LeadEvent | { readonly type: 'Redacted'; readonly of: LeadEvent['type'] }): RecordedEvent {
  const actor = { id: 'chaos', roles: ['ADMIN' as const] };
  return {
    schema: 1,
    id: `${LEAD}@${version}`,
    tenant: tenantId(TENANT),
    streamId: LEAD,
    version,
    commandId: makeId('command', key),
    actor,
    lane: 'hot',
    at: AT,
    event: fact,
  };
}

export const receipt = (key: string, facts: Partial<FinalReceipt> = {}): FinalReceipt => ({
  id: makeId('command', key),
  status: 'VISIBLE',
  leadId: LEAD,
  version: 1,
  error: null,
  ...facts,
});

export const commands = {
  create: sent('k1', { type: 'CreateLead', leadId: null, input: { firstName: 'Pat', lastName: 'k1', email: 'k1@example.com' } }, 0, 10),
  note: sent('k2', { type: 'AddNote', input: { leadId: LEAD, text: 'note k2' } }, 20, 30),
  update: sent('k3', { type: 'UpdateLead', input: { leadId: LEAD, lastName: 'k3' }, expectedVersion: 2 }, 40, 50),
};

export const events: readonly RecordedEvent[] = [
  event(1, 'k1', { type: 'LeadCreated', lead: { firstName: 'Pat', lastName: 'k1', email: 'k1@example.com' }, tags: [], madeUp: false }),
  event(2, 'k2', { type: 'NoteAdded', noteId: 'n', text: 'note k2' }),
  event(3, 'k3', { type: 'LeadUpdated', changes: { lastName: 'k3' } }),
];

/** What the views must be for these events. */
export function evidenceOf(own: readonly RecordedEvent[]): StreamEvidence {
  const lead = fold(own);
  if (lead === null || !isLead(lead)) throw new Error('these events make no lead');
  const isErased = lead.erasedAt !== undefined;
  const lines = own
    .filter(({ event: { type } }) => !isErased || type === 'LeadErased')
    .map((one) => JSON.parse(JSON.stringify(timelineEntry(one))) as TimelineLine);
  const timeline = lines.map(({ version, type, details }) => ({ version, type, details })).toReversed();
  return { streamId: LEAD, events: own, view: expectedView(lead), timeline, listed: isErased ? [] : [lead.version] };
}

export interface RunByHand {
  readonly recorded: Partial<Omit<Recorded, 'commands'>> & { readonly commands?: readonly SentCommand[] };
  readonly streams: readonly StreamEvidence[];
  readonly final: Partial<FinalEvidence>;
}

/** Everything as it should be, but for what is given. */
export function verdict({ recorded = {}, streams = [evidenceOf(events)], final = {} }: Partial<RunByHand> = {}): readonly Violation[] {
  const all = recorded.commands ?? Object.values(commands);
  const checker = createChecker({
    tenant: TENANT,
    otherBodies: [],
    reads: [],
    poisons: [],
    samples: [],
    faults: [],
    follows: [],
    ...recorded,
    commands: new Map(all.map((command) => [command.key, command])),
  });
  for (const stream of streams) checker.stream(stream);
  return checker.finish({
    receipts: new Map(all.map(({ key }) => [makeId('command', key), receipt(key)])),
    listedWithoutEvents: [],
    hashes: new Map(),
    deadLetters: [],
    ...final,
  });
}
