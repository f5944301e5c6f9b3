/** Envelopes to begin with: valid ones, and what hostile senders make of them. */
import * as fc from 'fast-check';
import { streamOf } from '../../../domain/aggregate.ts';
import { makeId, type LeadId } from '../../../domain/ids.ts';
import { LANES, type CommandEnvelope, type RecordedEvent } from '../../../domain/messages.ts';
import { encodeCommand } from '../../../platform/messages/encode.ts';
import { leadCommands } from '../../support/arbitraries/leads.ts';
import { LEAD, TENANT } from '../../support/given.ts';
import { runCommands } from '../../support/run-commands.ts';
import { asJson, mutated, noise } from './hostile.ts';
import { SEED } from './plan.ts';

/** Leads that are there only to be abused. */
export const VICTIMS: readonly LeadId[] = Array.from({ length: 100 }, (_, n) => makeId('lead', `victim${n}`));

/** Making valid ones costs more than making them strange: these stand for all. */
const POOL = 2_000;
const pooled = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T> => fc.noBias(fc.constantFrom(...fc.sample(arbitrary, { numRuns: POOL, seed: SEED })));

const ids = fc.uuid({ version: 4 }).map((uuid) => makeId('command', uuid.replaceAll('-', '')));
const traces = fc.option(fc.constant({ traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' }), { nil: undefined });

const freshCommands: fc.Arbitrary<CommandEnvelope> = fc
  .tuple(
    fc.noBias(fc.constantFrom(...VICTIMS)).chain((lead) => leadCommands(lead)),
    ids,
    fc.constantFrom(...LANES),
    traces,
  )
  .map(([command, id, lane, trace]) => {
    const actor = { id: 'user-1', roles: ['AGENT' as const] };
    return { schema: 1, id, tenant: TENANT, streamId: streamOf(command), actor, lane, issuedAt: '2026-03-10T20:00:00.000Z', fingerprint: 'f', trace, command };
  });

/** Each with an id of its own. */
export const validCommands: fc.Arbitrary<CommandEnvelope> = fc.tuple(pooled(freshCommands), ids).map(([envelope, id]) => ({ ...envelope, id }));

/** As text, as it may stand in a log: any but for zeros, which the table log takes not. */
const storable = (text: string): string => text.toWellFormed().replaceAll('\0', '?');
/** A whole envelope with something strange, its body alone strange, or bytes. */
export const hostileCommandTexts: fc.Arbitrary<string> = fc
  .oneof(
    { weight: 3, arbitrary: mutated(validCommands).map(asJson) },
    {
      weight: 5,
      arbitrary: fc.tuple(validCommands, mutated(validCommands.map(({ command }) => command))).map(([envelope, command]) => asJson({ ...envelope, command })),
    },
    { weight: 3, arbitrary: noise(validCommands.map(encodeCommand)).map((bytes) => bytes.toString('utf8')) },
  )
  .map(storable);

const freshEvents: fc.Arbitrary<RecordedEvent> = fc.tuple(fc.array(leadCommands(LEAD), { minLength: 1, maxLength: 6 }), fc.nat(100)).map(([commands, at]) => {
  const create = { type: 'CreateLead' as const, leadId: LEAD, lead: { firstName: 'Ada' }, onExisting: 'REJECT' as const };
  const all = [create, ...commands];
  const records = runCommands(
    all,
    all.map(() => '2026-03-10T20:00:00.000Z'),
  ).flatMap((step) => step.records);
  const record = records[at % records.length];
  if (record === undefined) throw new Error('creating a lead made no event');
  return record;
});
const validEvents = pooled(freshEvents);
/** Like hostileCommandTexts, of events. */
export const hostileEventTexts: fc.Arbitrary<string> = fc
  .oneof(
    { weight: 3, arbitrary: mutated(validEvents).map(asJson) },
    { weight: 3, arbitrary: fc.tuple(validEvents, mutated(validEvents.map(({ event }) => event))).map(([record, event]) => asJson({ ...record, event })) },
    { weight: 3, arbitrary: noise(validEvents.map((event) => JSON.stringify(event))).map((bytes) => bytes.toString('utf8')) },
  )
  .map(storable);
