import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LeadId, TenantId } from '../../domain/ids.ts';
import type { DomainEvent, RecordedEvent } from '../../domain/messages.ts';
import { streamKey, WriteConflictError, type EventStore } from '../../platform/event-store/event-store.ts';
import { createPostgresEventStore } from '../../platform/event-store/postgres-event-store.ts';
import { ownServerDatabase, type OwnDatabase } from '../support/own-postgres.ts';
import { describeWithServices } from '../support/services.ts';
import { aLeadId, append, aTenant, note, write } from './event-store-kit.ts';

const ERASED: DomainEvent = { type: 'LeadErased' };
const RUNS = 40;

describeWithServices('a process that remembers streams', ['postgres'], ({ postgres }) => {
  let database: OwnDatabase;
  let store: EventStore;
  let other: EventStore;

  beforeAll(async () => {
    database = await ownServerDatabase(postgres.url);
    store = createPostgresEventStore({ sql: database.sql, notify: true });
    other = createPostgresEventStore({ sql: database.another(), notify: true });
  });
  afterAll(async () => {
    await Promise.all([store?.close(), other?.close()]);
    await database?.dispose();
  });

  /** As a command handler loads them: within a transaction. */
  const load = (from: EventStore, tenant: TenantId, ...leads: readonly LeadId[]): Promise<Map<string, readonly RecordedEvent[]>> =>
    from.transact((tx) => tx.loadStreams(leads.map((streamId) => ({ tenant, streamId }))));
  const typesOf = async (from: EventStore, tenant: TenantId, lead: LeadId): Promise<string[]> =>
    ((await load(from, tenant, lead)).get(streamKey({ tenant, streamId: lead })) ?? []).map(({ event }) => event.type);

  it('sees what another process wrote meanwhile', async () => {
    const [tenant, lead] = [aTenant(), aLeadId()];
    await write(store, append(tenant, lead, 0, note('first')));
    expect(await typesOf(store, tenant, lead)).toEqual(['NoteAdded']);
    await write(other, append(tenant, lead, 1, note('second'), note('third')));
    const stream = (await load(store, tenant, lead)).get(streamKey({ tenant, streamId: lead }));
    expect(stream?.map(({ version, event }) => [version, event])).toEqual([
      [1, note('first')],
      [2, note('second')],
      [3, note('third')],
    ]);
  });

  it.each(['this process', 'another process'])('has nothing left of a lead that %s erased', async (who) => {
    const [tenant, lead] = [aTenant(), aLeadId()];
    await write(store, append(tenant, lead, 0, note('personal')));
    expect(await typesOf(store, tenant, lead)).toEqual(['NoteAdded']);
    await write(who === 'this process' ? store : other, append(tenant, lead, 1, ERASED));
    expect(await typesOf(store, tenant, lead)).toEqual(['Redacted', 'LeadErased']);
    expect(await typesOf(store, tenant, lead)).toEqual(['Redacted', 'LeadErased']);
  });

  it('need not read what it wrote itself, once it was committed', async () => {
    const [tenant, lead] = [aTenant(), aLeadId()];
    const [first, second] = [append(tenant, lead, 0, note('first')), append(tenant, lead, 1, note('second'))];
    await write(store, first);
    await write(store, second);
    const stream = (await load(store, tenant, lead)).get(streamKey({ tenant, streamId: lead })) ?? [];
    // The very objects, and not others that were made of rows.
    expect(stream.map((event) => [first.events[0], second.events[0]].indexOf(event))).toEqual([0, 1]);
    const elsewhere = (await load(other, tenant, lead)).get(streamKey({ tenant, streamId: lead }));
    expect(elsewhere).toEqual(stream);
  });

  it('reads anew what it wrote behind something that it does not know', async () => {
    const [tenant, lead] = [aTenant(), aLeadId()];
    await write(other, append(tenant, lead, 0, note('first')));
    await write(store, append(tenant, lead, 1, note('second')));
    expect(await typesOf(store, tenant, lead)).toEqual(['NoteAdded', 'NoteAdded']);
  });

  it('does not remember what was rolled back', async () => {
    const [tenant, lead] = [aTenant(), aLeadId()];
    await write(store, append(tenant, lead, 0, note('kept')));
    const undone = store.transact(async (tx) => {
      await tx.write({ appends: [append(tenant, lead, 1, note('undone'))], claims: [], outcomes: [] });
      expect((await tx.loadStreams([{ tenant, streamId: lead }])).get(streamKey({ tenant, streamId: lead }))).toHaveLength(2);
      throw new Error('undone');
    });
    await expect(undone).rejects.toThrow('undone');
    await write(other, append(tenant, lead, 1, note('instead')));
    const stream = (await load(store, tenant, lead)).get(streamKey({ tenant, streamId: lead }));
    expect(stream?.map(({ event }) => event)).toEqual([note('kept'), note('instead')]);
  });

  it('writes to a lead that it only remembers, and loses the race where it was too slow', async () => {
    const [tenant, lead] = [aTenant(), aLeadId()];
    await write(store, append(tenant, lead, 0, note('first')));
    await load(store, tenant, lead);
    await store.transact(async (tx) => {
      await tx.loadStreams([{ tenant, streamId: lead }]);
      await tx.write({ appends: [append(tenant, lead, 1, note('second'))], claims: [], outcomes: [] });
    });
    const tooSlow = store.transact(async (tx) => {
      await tx.loadStreams([{ tenant, streamId: lead }]);
      await write(other, append(tenant, lead, 2, note('faster')));
      await tx.write({ appends: [append(tenant, lead, 2, note('slower'))], claims: [], outcomes: [] });
    });
    await expect(tooSlow).rejects.toThrow(WriteConflictError);
    const stream = (await load(store, tenant, lead)).get(streamKey({ tenant, streamId: lead }));
    expect(stream?.map(({ event }) => event)).toEqual([note('first'), note('second'), note('faster')]);
  });

  describe('whatever was written, read and erased by whom', () => {
    const step = fc.record({ lead: fc.integer({ min: 0, max: 2 }), by: fc.boolean(), what: fc.constantFrom('note', 'note', 'note', 'load', 'load', 'erase') });

    it('reads what a process reads that remembers nothing', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 20 }), async (steps) => {
          const [tenant, leads] = [aTenant(), [aLeadId(), aLeadId(), aLeadId()]];
          const versions = leads.map(() => 0);
          const erased = new Set<number>();
          for (const { lead, by, what } of steps) {
            const [client, id, version] = [by ? store : other, leads[lead], versions[lead]];
            if (id === undefined || version === undefined) continue;
            if (what === 'load') await load(client, tenant, ...leads);
            else if (!erased.has(lead) && (what === 'note' || version > 0)) {
              await write(client, append(tenant, id, version, what === 'note' ? note(`${version}`) : ERASED));
              versions[lead] = version + 1;
              if (what === 'erase') erased.add(lead);
            }
          }
          const truth = await store.loadStreams(leads.map((streamId) => ({ tenant, streamId })));
          for (const client of [store, other]) expect(await load(client, tenant, ...leads)).toEqual(truth);
        }),
        { numRuns: RUNS },
      );
    });
  });
});
