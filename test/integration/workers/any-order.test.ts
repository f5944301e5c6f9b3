/** Projection comes to the same views, entries and lists whatever the lanes do with the events: any order, any repeats, several processes. */
import { randomUUID } from 'node:crypto';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { makeId, tenantId, type LeadId, type TenantId } from '../../../domain/ids.ts';
import type { RecordedEvent } from '../../../domain/messages.ts';
import { streamKey, type EventStore } from '../../../platform/event-store/event-store.ts';
import { createMemoryReadModels } from '../../../platform/read-models/memory-read-models.ts';
import type { ReadModels } from '../../../platform/read-models/read-models.ts';
import { createUpstashReadModels } from '../../../platform/read-models/upstash-read-models.ts';
import { createRestClient } from '../../../platform/redis-rest-client.ts';
import { createProjection } from '../../../workers/projector/project.ts';
import { leadCommands, times } from '../../support/arbitraries/leads.ts';
import { runCommands } from '../../support/run-commands.ts';
import { describeWithServices } from '../../support/services.ts';

const LEADS: readonly LeadId[] = [makeId('lead', '1'), makeId('lead', '2'), makeId('lead', '3')];
const PROCESSES = 3;
const FACETS: readonly (readonly string[])[] = [[], ['tier:HOT'], ['stage:NEW'], ['tag:vip']];
const ORDERS = ['SCORE', 'UPDATED', 'CREATED', 'DUE'];

const livesOf = (id: LeadId): fc.Arbitrary<readonly RecordedEvent[]> =>
  fc.tuple(fc.array(leadCommands(id), { maxLength: 14 }), fc.array(times, { minLength: 15, maxLength: 15 })).map(([commands, at]) => {
    const create = { type: 'CreateLead' as const, leadId: id, lead: { firstName: 'Ada' }, onExisting: 'REJECT' as const };
    return runCommands([create, ...commands], at.sort()).flatMap(({ records }) => records);
  });

/** The events of all leads, and batches in which they arrive: each event at least once, in any company. */
const arrivals = fc
  .tuple(...LEADS.map(livesOf))
  .map((lives) => lives.flat())
  .chain((events) =>
    fc
      .tuple(
        fc.shuffledSubarray(events, { minLength: events.length }),
        fc.array(fc.constantFrom(...events), { maxLength: 20 }),
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 12 }),
      )
      .map(([all, again, sizes]) => ({ events, batches: cut([...all, ...again], sizes) })),
  );

function cut<T>(items: readonly T[], sizes: readonly number[]): T[][] {
  const batches: T[][] = [];
  for (let from = 0; from < items.length;) {
    const size = sizes[batches.length % sizes.length] ?? 1;
    batches.push(items.slice(from, from + size));
    from += size;
  }
  return batches;
}

/** A write model that has everything, and can read nothing of a lead from before its erasure. */
function storeOf(events: readonly RecordedEvent[]): EventStore {
  const streams = Map.groupBy(events, streamKey);
  const readable = (stream: readonly RecordedEvent[]): RecordedEvent[] => {
    const erased = stream.find(({ event }) => event.type === 'LeadErased')?.version ?? 0;
    return stream.map((each) => (each.version < erased ? { ...each, event: { type: 'Redacted', of: each.event.type } } : each));
  };
  const loadStreams: EventStore['loadStreams'] = async (refs) => new Map(refs.map((ref) => [streamKey(ref), readable(streams.get(streamKey(ref)) ?? [])]));
  return { loadStreams } as EventStore;
}

async function everythingIn(readModels: ReadModels, tenant: TenantId) {
  const views = await readModels.get(LEADS.map((id) => ({ tenant, kind: 'lead', id })));
  const query = { tenant, kind: 'lead', direction: 'DESC', where: [], words: [], first: 100 } as const;
  const lists = await Promise.all(ORDERS.flatMap((order) => FACETS.map((facets) => readModels.list({ ...query, order, facets }))));
  const entries = await Promise.all(
    LEADS.flatMap((id) => (['timeline', 'scores'] as const).map((collection) => readModels.entries({ tenant, collection, id }, { first: 500 }))),
  );
  return {
    views: views.map((view) => view && { version: view.version, doc: JSON.parse(view.doc) as unknown }),
    lists: lists.map(({ items }) => items.map(({ cursor }) => cursor)),
    entries: entries.map((page) => page.map(({ n, doc }) => ({ n, doc: JSON.parse(doc) as unknown }))),
  };
}

describeWithServices('projection under any order and any repeats', ['bridge'], ({ bridge }) => {
  const redis = createRestClient(bridge);
  it.each([
    ['in memory', () => createMemoryReadModels(), 150],
    ['in Redis', () => createUpstashReadModels({ client: redis, generation: 1 }), 25],
  ] as const)('comes to what the order of versions comes to (%s)', async (_, open, numRuns) => {
    await fc.assert(
      fc.asyncProperty(arrivals, async ({ events: sample, batches: sampled }) => {
        // Of its own for each run: no two meet in one Redis.
        const tenant = tenantId(`test-${randomUUID()}`);
        const own = <T extends RecordedEvent>(all: readonly T[]): T[] => all.map((event) => ({ ...event, tenant }));
        const [events, batches, store] = [own(sample), sampled.map(own), storeOf(own(sample))];
        const mixed = open();
        const processes = Array.from({ length: PROCESSES }, () => createProjection(mixed, store));
        await Promise.all(
          processes.map(async (projection, n) => {
            for (const [at, batch] of batches.entries()) if (at % PROCESSES === n) await projection.project(batch);
          }),
        );
        const straight = createMemoryReadModels();
        const inOrder = createProjection(straight, store);
        for (const event of events) await inOrder.project([event]);
        expect(await everythingIn(mixed, tenant)).toEqual(await everythingIn(straight, tenant));
      }),
      { numRuns },
    );
  });
});
