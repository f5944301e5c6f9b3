/**
 * What every event store promises. Each database's test file calls this with its own store.
 * `another` is a second client of the same store, as another process would have.
 */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { commandKey, streamKey, WriteConflictError, type EventStore, type UniqueClaim } from '../../platform/event-store/event-store.ts';
import { AT, aCommandId, aLeadId, append, aTenant, endOf, failuresOf, inLane, note, outcome, readAll, unique, write } from './event-store-kit.ts';
import { makeId } from '../../domain/ids.ts';
import { LANES } from '../../domain/messages.ts';

export interface EventStoreUnderTest {
  readonly store: EventStore;
  another(): Promise<EventStore>;
  dispose(): Promise<void>;
}

export function eventStoreContract(name: string, makeStore: () => Promise<EventStoreUnderTest>): void {
  describe(`${name} keeps the promises of an event store`, () => {
    let store: EventStore;
    let other: EventStore;
    let under: EventStoreUnderTest;
    const never = new AbortController().signal;

    beforeAll(async () => {
      under = await makeStore();
      store = under.store;
      other = await under.another();
    });
    afterAll(async () => under?.dispose());

    const eventsOf = async (from: EventStore, tenant: ReturnType<typeof aTenant>, streamId: ReturnType<typeof aLeadId>) =>
      ((await from.loadStreams([{ tenant, streamId }])).get(streamKey({ tenant, streamId })) ?? []).map((each) => each.event);

    it('gives back what was recorded, whole and in version order, to every client', async () => {
      const [tenant, lead] = [aTenant(), aLeadId()];
      const written = append(tenant, lead, 0, note('Zoë 👩‍💻 \u0000 \ud800 "quoted" \\ \n 東京'), note('second'));
      const traced = {
        ...written,
        events: written.events.map((event) => ({ ...event, trace: { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' } })),
      };
      await write(store, traced);
      const missing = { tenant, streamId: aLeadId() };
      for (const client of [store, other]) {
        const streams = await client.loadStreams([{ tenant, streamId: lead }, missing, { tenant, streamId: lead }]);
        expect([...streams.keys()]).toEqual([streamKey({ tenant, streamId: lead })]);
        expect(streams.get(streamKey({ tenant, streamId: lead }))).toEqual(traced.events);
      }
    });

    it('keeps any text of a home and of a team member too', async () => {
      const tenant = aTenant();
      const agent = makeId('agent', unique());
      const event = { type: 'AgentUpserted', details: { name: 'Zoë \u0000 \ud800', email: 'z@example.com' } } as never;
      await write(store, append(tenant, agent, 0, event));
      expect((await store.loadStreams([{ tenant, streamId: agent }])).get(`${tenant}:${agent}`)?.[0]?.event).toEqual(event);
    });

    it('knows the streams of one tenant from those of another', async () => {
      const [mine, theirs, lead] = [aTenant(), aTenant(), aLeadId()];
      await write(store, append(mine, lead, 0, note('mine')));
      await write(store, append(theirs, lead, 0, note('theirs'), note('again')));
      expect(await eventsOf(store, mine, lead)).toEqual([note('mine')]);
      expect(await eventsOf(store, theirs, lead)).toHaveLength(2);
    });

    it('lets exactly one of many appends to the same version win, and writes nothing of the others', async () => {
      const [tenant, lead] = [aTenant(), aLeadId()];
      await write(store, append(tenant, lead, 0, note('first')));
      const attempts = Array.from({ length: 12 }, (_, index) => ({ id: aCommandId(), bystander: aLeadId(), client: index % 2 === 0 ? store : other }));
      const results = await Promise.allSettled(
        attempts.map(({ id, bystander, client }) =>
          client.transact((tx) =>
            tx.write({
              appends: [append(tenant, bystander, 0, note('beside')), append(tenant, lead, 1, note(id))],
              claims: [{ tenant, streamId: bystander, name: 'lead-email', value: `${bystander}@example.com` }],
              outcomes: [outcome(tenant, id, lead)],
            }),
          ),
        ),
      );
      const won = attempts.filter((_, index) => results[index]?.status === 'fulfilled');
      expect(won).toHaveLength(1);
      expect(failuresOf(results).every((error) => error instanceof WriteConflictError)).toBe(true);
      expect(await eventsOf(store, tenant, lead)).toEqual([note('first'), note(won[0]?.id ?? '')]);
      for (const attempt of attempts) {
        const expected = attempt === won[0];
        expect((await store.findOutcome(tenant, attempt.id)) !== null).toBe(expected);
        expect((await eventsOf(store, tenant, attempt.bystander)).length).toBe(expected ? 1 : 0);
      }
    });

    it('conflicts where a stream is not there yet, or is there already', async () => {
      const [tenant, lead] = [aTenant(), aLeadId()];
      await expect(write(store, append(tenant, lead, 3, { type: 'ScoringRequested' }))).rejects.toBeInstanceOf(WriteConflictError);
      const agent = makeId('agent', unique());
      await expect(write(store, append(tenant, agent, 3, { type: 'ScoringRequested' }))).rejects.toBeInstanceOf(WriteConflictError);
      await write(store, append(tenant, lead, 0, note('first')));
      await expect(write(store, append(tenant, lead, 0, note('again')))).rejects.toBeInstanceOf(WriteConflictError);
      expect(await eventsOf(store, tenant, lead)).toEqual([note('first')]);
    });

    it('takes two appends to one stream in one write where they join, and refuses them where not', async () => {
      const [tenant, lead] = [aTenant(), aLeadId()];
      await write(store, append(tenant, lead, 0, note('a')), append(tenant, lead, 1, note('b'), note('c')));
      expect(await eventsOf(store, tenant, lead)).toEqual([note('a'), note('b'), note('c')]);
      await expect(write(store, append(tenant, lead, 3, note('d')), append(tenant, lead, 3, note('e')))).rejects.toThrow('do not join');
      expect(await eventsOf(store, tenant, lead)).toHaveLength(3);
    });

    it('writes opposite batches side by side without a deadlock reaching the caller', async () => {
      const tenant = aTenant();
      const leads = Array.from({ length: 20 }, aLeadId);
      await write(store, ...leads.map((lead) => append(tenant, lead, 0, note('first'))));
      for (let version = 1; version <= 10; version++) {
        const batch = (client: EventStore, order: typeof leads) => write(client, ...order.map((lead) => append(tenant, lead, version, note('more'))));
        const results = await Promise.allSettled([batch(store, leads), batch(other, leads.toReversed())]);
        expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
        expect(failuresOf(results).every((error) => error instanceof WriteConflictError)).toBe(true);
      }
      for (const lead of leads) expect(await eventsOf(store, tenant, lead)).toHaveLength(11);
    });

    it('has a command take effect once: the second time conflicts, and its outcome is found', async () => {
      const [tenant, lead, id] = [aTenant(), aLeadId(), aCommandId()];
      const first = outcome(tenant, id, lead);
      await store.transact((tx) => tx.write({ appends: [append(tenant, lead, 0, note('once'))], claims: [], outcomes: [first] }));
      const again = other.transact((tx) => tx.write({ appends: [append(tenant, lead, 1, note('twice'))], claims: [], outcomes: [first] }));
      await expect(again).rejects.toBeInstanceOf(WriteConflictError);
      expect(await eventsOf(store, tenant, lead)).toEqual([note('once')]);
      expect(await other.findOutcome(tenant, id)).toEqual(first);
      expect(await other.findOutcome(aTenant(), id)).toBeNull();
      const found = await other.transact((tx) =>
        tx.findOutcomes([
          { tenant, id },
          { tenant, id: aCommandId() },
        ]),
      );
      expect([...found]).toEqual([[`${tenant}:${id}`, first]]);
    });

    it('writes nothing where the work throws after its write, and lets that error out', async () => {
      const [tenant, lead, id] = [aTenant(), aLeadId(), aCommandId()];
      const mistake = new Error('a mistake of the work');
      const failing = store.transact(async (tx) => {
        await tx.write({
          appends: [append(tenant, lead, 0, note('never'))],
          claims: [{ tenant, streamId: lead, name: 'lead-email', value: 'a@example.com' }],
          outcomes: [outcome(tenant, id, lead)],
        });
        throw mistake;
      });
      await expect(failing).rejects.toBe(mistake);
      expect([await eventsOf(store, tenant, lead), await store.findOutcome(tenant, id)]).toEqual([[], null]);
      expect((await store.transact((tx) => tx.findOwners('lead-email', [{ tenant, value: 'a@example.com' }]))).size).toBe(0);
    });

    describe('unique values', () => {
      const claim = (tenant: ReturnType<typeof aTenant>, streamId: ReturnType<typeof aLeadId>, value: string | null): UniqueClaim => ({
        tenant,
        streamId,
        name: 'lead-email',
        value,
      });
      const claims = (...wanted: readonly UniqueClaim[]): Promise<void> => store.transact((tx) => tx.write({ appends: [], claims: wanted, outcomes: [] }));
      const ownerOf = async (tenant: ReturnType<typeof aTenant>, value: string) =>
        (await other.transact((tx) => tx.findOwners('lead-email', [{ tenant, value }]))).get(`${tenant}:${value}`);

      it('belong to one stream within a tenant; a second claim conflicts', async () => {
        const [tenant, elsewhere, first, second] = [aTenant(), aTenant(), aLeadId(), aLeadId()];
        await claims(claim(tenant, first, 'a@example.com'));
        await expect(claims(claim(tenant, second, 'a@example.com'))).rejects.toBeInstanceOf(WriteConflictError);
        await claims(claim(elsewhere, second, 'a@example.com'));
        expect([await ownerOf(tenant, 'a@example.com'), await ownerOf(elsewhere, 'a@example.com')]).toEqual([first, second]);
      });
      it('are free again once their owner takes another or gives them up', async () => {
        const [tenant, first, second] = [aTenant(), aLeadId(), aLeadId()];
        await claims(claim(tenant, first, 'a@example.com'));
        await claims(claim(tenant, first, 'a@example.com'));
        await claims(claim(tenant, first, 'b@example.com'), claim(tenant, second, 'a@example.com'));
        expect([await ownerOf(tenant, 'a@example.com'), await ownerOf(tenant, 'b@example.com')]).toEqual([second, first]);
        await claims(claim(tenant, second, null));
        expect(await ownerOf(tenant, 'a@example.com')).toBeUndefined();
      });
      it('go to one of many that ask at once', async () => {
        const tenant = aTenant();
        const results = await Promise.allSettled(Array.from({ length: 8 }, () => claims(claim(tenant, aLeadId(), 'a@example.com'))));
        expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
      });
    });

    describe('erasing a lead', () => {
      it('makes every earlier fact unreadable for every client and every way of reading', async () => {
        const [tenant, lead, bystander] = [aTenant(), aLeadId(), aLeadId()];
        const before = await endOf(store);
        await store.transact((tx) =>
          tx.write({
            appends: [append(tenant, lead, 0, note('secret'), { type: 'ScoringRequested' }), append(tenant, bystander, 0, note('stays'))],
            claims: [{ tenant, streamId: lead, name: 'lead-email', value: 'a@example.com' }],
            outcomes: [],
          }),
        );
        for (const client of [store, other]) expect(await eventsOf(client, tenant, lead)).toContainEqual(note('secret'));
        await store.transact(async (tx) => {
          await tx.loadStreams([{ tenant, streamId: lead }]);
          await tx.write({ appends: [append(tenant, lead, 2, { type: 'LeadErased' })], claims: [], outcomes: [] });
        });
        const redacted = [{ type: 'Redacted', of: 'NoteAdded' }, { type: 'Redacted', of: 'ScoringRequested' }, { type: 'LeadErased' }];
        for (const client of [store, other]) {
          expect(await eventsOf(client, tenant, lead)).toEqual(redacted);
          await vi.waitFor(async () => {
            const all = (await readAll(client, before)).events;
            expect(all.filter((each) => each.streamId === lead).map((each) => each.event)).toEqual(redacted);
            expect(all.filter((each) => each.streamId === bystander).map((each) => each.event)).toEqual([note('stays')]);
          });
        }
        expect((await store.transact((tx) => tx.findOwners('lead-email', [{ tenant, value: 'a@example.com' }]))).size).toBe(0);
      });

      it('also where the lead came and went in one write', async () => {
        const [tenant, lead] = [aTenant(), aLeadId()];
        await store.transact((tx) =>
          tx.write({
            appends: [append(tenant, lead, 0, note('secret')), append(tenant, lead, 1, { type: 'LeadErased' })],
            claims: [{ tenant, streamId: lead, name: 'lead-email', value: 'a@example.com' }],
            outcomes: [],
          }),
        );
        expect(await eventsOf(other, tenant, lead)).toEqual([{ type: 'Redacted', of: 'NoteAdded' }, { type: 'LeadErased' }]);
        expect((await store.transact((tx) => tx.findOwners('lead-email', [{ tenant, value: 'a@example.com' }]))).size).toBe(0);
      });

      it('is final: nothing about a person can be written to it any more', async () => {
        const [tenant, lead] = [aTenant(), aLeadId()];
        await write(store, append(tenant, lead, 0, note('secret'), { type: 'LeadErased' }));
        await expect(write(store, append(tenant, lead, 2, note('back')))).rejects.toThrow('was erased');
        expect(await eventsOf(store, tenant, lead)).toHaveLength(2);
      });

      it('loses to a write that came first, and the other way round', async () => {
        const [tenant, lead] = [aTenant(), aLeadId()];
        await write(store, append(tenant, lead, 0, note('secret')));
        const results = await Promise.allSettled([
          write(store, append(tenant, lead, 1, { type: 'LeadErased' })),
          write(other, append(tenant, lead, 1, note('late'))),
        ]);
        expect(failuresOf(results)).toEqual([expect.any(WriteConflictError)]);
        expect(await eventsOf(store, tenant, lead)).toHaveLength(2);
      });

      it('conflicts with a write that was decided before it and comes after it', async () => {
        const [tenant, lead] = [aTenant(), aLeadId()];
        await write(store, append(tenant, lead, 0, note('secret')));
        await write(other, append(tenant, lead, 1, { type: 'LeadErased' }));
        await expect(write(store, append(tenant, lead, 1, note('late')))).rejects.toBeInstanceOf(WriteConflictError);
      });
    });

    describe('reading in the order of commits', () => {
      it('goes page by page, from anywhere, and keeps the order of one write', async () => {
        const tenant = aTenant();
        const start = await endOf(store);
        const leads = Array.from({ length: 7 }, aLeadId);
        await write(store, ...leads.map((lead) => append(tenant, lead, 0, note('a'), note('b'))));
        await vi.waitFor(async () => {
          const { events, next } = await readAll(other, start, 3);
          const mine = events.filter((each) => each.tenant === tenant);
          expect(mine.map((each) => each.id)).toEqual(leads.flatMap((lead) => [`${lead}@1`, `${lead}@2`]));
          expect(mine[0]).toMatchObject({ at: AT, lane: 'hot', actor: { id: 'user_1', roles: ['AGENT'] } });
          expect((await other.readCommitted(next, 10)).events).toEqual([]);
        });
      });

      it('never skips or repeats an event while many write', async () => {
        const tenant = aTenant();
        let position = await endOf(store);
        const seen: string[] = [];
        const written: string[] = [];
        const writer = async (client: EventStore): Promise<void> => {
          for (let index = 0; index < 15; index++) {
            const lead = aLeadId();
            await client.transact(async (tx) => {
              await tx.write({ appends: [append(tenant, lead, 0, note('a'))], claims: [], outcomes: [] });
              if (index % 3 === 0) await tx.findOutcomes([{ tenant, id: aCommandId() }]);
            });
            written.push(`${lead}@1`);
          }
        };
        const writing = Promise.all([store, other, store, other, store, other].map(writer));
        await vi.waitFor(
          async () => {
            const page = await store.readCommitted(position, 10);
            position = page.next;
            seen.push(...page.events.filter((each) => each.tenant === tenant).map((each) => each.id));
            expect(seen.length).toBeGreaterThanOrEqual(90);
          },
          { timeout: 30_000, interval: 1 },
        );
        await writing;
        expect(seen.toSorted()).toEqual(written.toSorted());
      });

      it('reads one lane as if there were no other, in the order that all of them have', async () => {
        const tenant = aTenant();
        const start = await endOf(store);
        for (let index = 0; index < 12; index++) {
          const lead = aLeadId();
          await write(
            store,
            inLane(LANES[index % 3] ?? 'hot', append(tenant, lead, 0, note('a'), note('b'))),
            inLane('cold', append(tenant, aLeadId(), 0, note('c'))),
          );
        }
        await vi.waitFor(async () => {
          const all = (await readAll(other, start)).events.filter((each) => each.tenant === tenant);
          expect(all).toHaveLength(36);
          for (const lane of LANES) {
            const ofLane = (await readAll(other, start, 5, lane)).events.filter((each) => each.tenant === tenant);
            expect(ofLane).toEqual(all.filter((each) => each.lane === lane));
          }
        });
      });

      it('says how far the readers of the lanes are behind', async () => {
        const tenant = aTenant();
        const end = await endOf(store);
        const behind = async () => (await other.readBacklog({ hot: end, warm: end, cold: end })).oldestAt;
        expect(await behind()).toEqual({ hot: null, warm: null, cold: null });
        await write(store, inLane('warm', append(tenant, aLeadId(), 0, note('a'))));
        await write(store, inLane('cold', append(tenant, aLeadId(), 0, note('a'))));
        expect(await behind()).toEqual({ hot: null, warm: AT, cold: AT });
        await vi.waitFor(async () => expect((await other.readBacklog({ hot: '', warm: '', cold: '' })).heldBackMs).toBe(0));
      });

      it('refuses a position that is none', async () => {
        await expect(store.readCommitted('somewhere', 10)).rejects.toThrow(RangeError);
      });
    });

    it('lists every stream once, page by page, with its version', async () => {
      const tenant = aTenant();
      const leads = Array.from({ length: 9 }, aLeadId);
      await write(store, ...leads.map((lead) => append(tenant, lead, 0, note('a'), note('b'))));
      const found = [];
      let after = '';
      for (;;) {
        const page = await store.listStreams(after, 4);
        found.push(...page);
        const last = page.at(-1);
        if (last === undefined) break;
        after = streamKey(last);
      }
      expect(new Set(found.map(streamKey)).size).toBe(found.length);
      expect(found.filter((stream) => stream.tenant === tenant).map((stream) => stream.version)).toEqual(leads.map(() => 2));
    });

    it('lists the outcomes of commands that left no event, page by page, since a time', async () => {
      const tenant = aTenant();
      const outcomes = (['REJECTED', 'DEAD_LETTERED', 'unchanged', 'REJECTED', 'APPLIED'] as const).map((ending) => ({
        ...outcome(tenant, aCommandId(), aLeadId()),
        ...(ending === 'unchanged' ? { status: 'APPLIED' as const, unchanged: true as const } : { status: ending }),
      }));
      const since = new Date(Date.now() - 60_000);
      await store.transact((tx) => tx.write({ appends: [], claims: [], outcomes }));
      const found = [];
      for (let after = `${tenant}:`; ;) {
        const page = (await store.listEventless(since, after, 2)).filter((each) => each.tenant === tenant);
        found.push(...page);
        const last = page.at(-1);
        if (last === undefined) break;
        after = commandKey(last);
      }
      expect(found.map(({ id }) => id)).toEqual(
        outcomes
          .slice(0, 4)
          .map(({ id }) => id)
          .toSorted(),
      );
      expect((await store.listEventless(new Date(Date.now() + 60_000), `${tenant}:`, 9)).filter((each) => each.tenant === tenant)).toEqual([]);
    });

    it("keeps a named reader's place", async () => {
      const name = `reader-${unique()}`;
      expect(await store.loadCheckpoint(name)).toBe('');
      expect(await store.saveCheckpoint(name, '5:6', '')).toBe(true);
      expect(await store.saveCheckpoint(name, '7:8', '5:6')).toBe(true);
      expect(await other.loadCheckpoint(name)).toBe('7:8');
    });

    it('moves a reader only from the place that it knew: one that was overtaken does not take it back', async () => {
      const name = `reader-${unique()}`;
      expect(await store.saveCheckpoint(name, '7:8', '5:6')).toBe(false);
      expect(await other.loadCheckpoint(name)).toBe('');
      const first = await Promise.all([store, other, store, other].map((client, index) => client.saveCheckpoint(name, `${index}:1`, '')));
      expect(first.filter(Boolean)).toHaveLength(1);
      const place = `${first.indexOf(true)}:1`;
      expect(await other.saveCheckpoint(name, '9:9', place)).toBe(true);
      expect(await store.saveCheckpoint(name, '8:8', place)).toBe(false);
      expect(await store.saveCheckpoint(name, '8:8', '')).toBe(false);
      expect(await store.loadCheckpoint(name)).toBe('9:9');
    });

    describe('waiting for events', () => {
      const LONG_MS = 50_000;
      it('ends with the next commit, and with one that came between reading and waiting', async () => {
        const tenant = aTenant();
        await readAll(store, await endOf(store));
        const waiting = store.waitForEvents(LONG_MS, never);
        await write(store, append(tenant, aLeadId(), 0, note('a')));
        await waiting;
        await readAll(store, await endOf(store));
        await write(store, append(tenant, aLeadId(), 0, note('a')));
        await expect(store.waitForEvents(LONG_MS, never)).resolves.toBeUndefined();
      });
      it('ends by a write to the lane that is waited for, whoever looks into others meanwhile', async () => {
        const end = await endOf(store);
        for (const lane of LANES) await store.readCommitted(end, 1, lane);
        await write(store, inLane('cold', append(aTenant(), aLeadId(), 0, note('a'))));
        await write(store, inLane('hot', append(aTenant(), aLeadId(), 0, note('a'))));
        // The ring for the cold lane is not lost because others look.
        await store.readCommitted(end, 1, 'warm');
        await store.readCommitted(end, 1);
        await expect(Promise.all([store.waitForEvents(LONG_MS, never, 'hot'), store.waitForEvents(LONG_MS, never, 'cold')])).resolves.toBeDefined();
      });
      it('ends with its time and with the abort of its signal', async () => {
        await vi.waitFor(async () => {
          await store.readCommitted(await endOf(store), 1);
          await store.waitForEvents(1, never);
        });
        const abort = new AbortController();
        const waiting = store.waitForEvents(LONG_MS, abort.signal);
        abort.abort();
        await waiting;
        await expect(store.waitForEvents(LONG_MS, abort.signal)).resolves.toBeUndefined();
      });
      it('ends when the store is closed', async () => {
        const closing = await under.another();
        const waiting = closing.waitForEvents(LONG_MS, never);
        await closing.close();
        await expect(waiting).resolves.toBeUndefined();
      });
    });

    it('answers a check while it can be reached', async () => {
      await expect(store.check()).resolves.toBeUndefined();
    });
  });
}
