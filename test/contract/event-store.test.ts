import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { LANES, type Lane } from '../../domain/messages.ts';
import { CommitOrderError } from '../../platform/event-store/commit-order.ts';
import { connect } from '../../platform/event-store/connect.ts';
import { EventStoreUnavailableError, type EventStore } from '../../platform/event-store/event-store.ts';
import { migrate } from '../../platform/event-store/migrate.ts';
import { createPostgresEventStore } from '../../platform/event-store/postgres-event-store.ts';
import { createPostgresLeases } from '../../platform/event-store/postgres-leases.ts';
import { ownEmbeddedDatabase, ownServerDatabase, type OwnDatabase } from '../support/own-postgres.ts';
import { describeWithServices } from '../support/services.ts';
import { aLeadId, append, aTenant, endOf, inLane, note, readAll, write } from './event-store-kit.ts';
import { eventStoreContract } from './event-store.suite.ts';
import { leasesContract } from './leases.suite.ts';

type MakeDatabase = () => Promise<OwnDatabase>;

function allOn(name: string, makeDatabase: MakeDatabase): void {
  eventStoreContract(`the event store on ${name}`, async () => {
    const database = await makeDatabase();
    const stores: EventStore[] = [];
    const open = (sql = database.another()): EventStore => {
      const store = createPostgresEventStore({ sql, notify: database.isServer });
      stores.push(store);
      return store;
    };
    return {
      store: open(database.sql),
      another: async () => open(),
      async dispose() {
        await Promise.all(stores.map((store) => store.close()));
        await database.dispose();
      },
    };
  });
  leasesContract(`leases on ${name}`, async () => {
    const database = await makeDatabase();
    return {
      leases: createPostgresLeases({ sql: database.sql }),
      another: async () => createPostgresLeases({ sql: database.another() }),
      dispose: () => database.dispose(),
    };
  });
  tablesOn(name, makeDatabase);
}

/** What only a look into the tables shows. */
function tablesOn(name: string, makeDatabase: MakeDatabase): void {
  describe(`the tables on ${name}`, () => {
    let database: OwnDatabase;
    let store: EventStore;
    beforeAll(async () => {
      database = await makeDatabase();
      store = createPostgresEventStore({ sql: database.sql, notify: database.isServer });
    });
    afterAll(async () => {
      await store?.close();
      await database?.dispose();
    });

    it('refuse to change, delete or empty events', async () => {
      const { sql } = database;
      await write(store, append(aTenant(), aLeadId(), 0, note('stays')));
      await expect(sql`update events set type = 'Other'`).rejects.toThrow('append-only');
      await expect(sql`delete from events`).rejects.toThrow('append-only');
      await expect(sql`truncate events`).rejects.toThrow('append-only');
    });

    it('hold no word of a lead in the clear, and no key of one that was erased', async () => {
      const { sql } = database;
      const [tenant, lead] = [aTenant(), aLeadId()];
      const word = 'Wolkenkuckucksheim';
      await store.transact((tx) =>
        tx.write({
          appends: [append(tenant, lead, 0, note(word))],
          claims: [{ tenant, streamId: lead, name: 'lead-email', value: `${word}@example.com` }],
          outcomes: [],
        }),
      );
      for (const table of ['events', 'streams', 'unique_claims', 'inbox', 'subject_keys']) {
        const rows = await sql.unsafe(`select t::text as line from ${table} t`);
        for (const row of rows) expect(String(row['line'])).not.toContain(word);
      }
      await write(store, append(tenant, lead, 1, { type: 'LeadErased' }));
      expect(await sql`select 1 from subject_keys where tenant = ${tenant}`).toHaveLength(0);
      expect(await sql`select 1 from unique_claims where tenant = ${tenant}`).toHaveLength(0);
    });

    it('are made once, however many processes start at once', async () => {
      await Promise.all([migrate(database.sql), migrate(database.another()), migrate(database.another())]);
      const [row] = await database.sql<{ n: number }[]>`select count(*)::int as n from schema_migrations`;
      expect(row?.n).toBeGreaterThan(1);
    });

    it('are not read where they were restored with transaction numbers from elsewhere', async () => {
      await database.sql`
        insert into events (tenant, stream_id, version, schema, type, lane, command_id, actor, at, data, tx)
        values ('restored', 'agent_1', 1, 1, 'AgentUpserted', 'hot', 'cmd_1', '{}', '', '{}', '1000000000000')`;
      const opened = createPostgresEventStore({ sql: database.sql, notify: false });
      await expect(opened.assertReadable()).rejects.toBeInstanceOf(CommitOrderError);
      await expect(opened.readCommitted('', 1)).rejects.toBeInstanceOf(CommitOrderError);
    });
  });
}

allOn('PGlite', ownEmbeddedDatabase);

describeWithServices('on a real server', ['postgres'], ({ postgres }) => {
  const makeDatabase = (): Promise<OwnDatabase> => ownServerDatabase(postgres.url);
  allOn('PostgreSQL', makeDatabase);

  describe('transactions side by side', () => {
    let database: OwnDatabase;
    let store: EventStore;
    let other: EventStore;
    beforeAll(async () => {
      database = await makeDatabase();
      store = createPostgresEventStore({ sql: database.sql, notify: true });
      other = createPostgresEventStore({ sql: database.another(), notify: true });
    });
    afterAll(async () => {
      await Promise.all([store?.close(), other?.close()]);
      await database?.dispose();
    });

    it('a slow transaction that began first holds back what committed meanwhile, and nothing is skipped', async () => {
      const [tenant, slow, fast] = [aTenant(), aLeadId(), aLeadId()];
      const start = await endOf(store);
      const [wrote, release] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
      const running = store.transact(async (tx) => {
        await tx.write({ appends: [append(tenant, slow, 0, note('slow'))], claims: [], outcomes: [] });
        wrote.resolve();
        await release.promise;
      });
      await wrote.promise;
      await write(other, append(tenant, fast, 0, note('fast')));
      expect((await readAll(other, start)).events).toEqual([]);
      // Longer with every look: the transaction runs on.
      const { heldBackMs } = await other.readBacklog({ hot: start, warm: start, cold: start });
      expect(heldBackMs).toBeGreaterThan(0);
      await vi.waitFor(async () => expect((await other.readBacklog({ hot: start, warm: start, cold: start })).heldBackMs).toBeGreaterThan(heldBackMs));
      // What is held back is looked for again soon, although nobody rings.
      await other.waitForEvents(50_000, new AbortController().signal);
      release.resolve();
      await running;
      expect((await readAll(other, start)).events.map((each) => each.streamId)).toEqual([slow, fast]);
    });

    it('a slow transaction in one lane holds back every other lane too, and none is skipped', async () => {
      const [tenant, slow, fast] = [aTenant(), aLeadId(), aLeadId()];
      const start = await endOf(store);
      const [wrote, release] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
      const running = store.transact(async (tx) => {
        await tx.write({ appends: [inLane('cold', append(tenant, slow, 0, note('slow')))], claims: [], outcomes: [] });
        wrote.resolve();
        await release.promise;
      });
      await wrote.promise;
      await write(other, append(tenant, fast, 0, note('fast')));
      expect((await other.readCommitted(start, 10, 'hot')).events).toEqual([]);
      await other.waitForEvents(50_000, new AbortController().signal, 'hot');
      release.resolve();
      await running;
      const streams = async (lane: Lane) => (await readAll(other, start, 10, lane)).events.map((each) => each.streamId);
      expect([await streams('hot'), await streams('cold')]).toEqual([[fast], [slow]]);
    });

    it('one that promised to write cold events only holds back the cold lane alone, and none is skipped', async () => {
      const [tenant, slow, fast] = [aTenant(), aLeadId(), aLeadId()];
      const start = await endOf(store);
      const [wrote, release] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
      const running = store.transact(
        async (tx) => {
          await tx.write({ appends: [inLane('cold', append(tenant, slow, 0, note('slow')))], claims: [], outcomes: [] });
          wrote.resolve();
          await release.promise;
        },
        { coldOnly: true },
      );
      await wrote.promise;
      await write(other, append(tenant, fast, 0, note('fast')), inLane('cold', append(tenant, aLeadId(), 0, note('fast'))));
      const streams = async (lane: Lane) => (await readAll(other, start, 10, lane)).events.map((each) => each.streamId);
      expect([await streams('hot'), await streams('cold')]).toEqual([[fast], []]);
      release.resolve();
      await running;
      expect([await streams('hot'), (await streams('cold'))[0]]).toEqual([[fast], slow]);
    });

    it('the promise of cold events only cannot be broken', async () => {
      const [tenant, lead] = [aTenant(), aLeadId()];
      const broken = store.transact((tx) => tx.write({ appends: [append(tenant, lead, 0, note('hot'))], claims: [], outcomes: [] }), { coldOnly: true });
      await expect(broken).rejects.toThrow('promised cold events only');
      expect((await store.loadStreams([{ tenant, streamId: lead }])).size).toBe(0);
    });

    it('a reader of each lane that follows many transactions, promised or not, meets every event once and in one order', async () => {
      const tenant = aTenant();
      const start = await endOf(store);
      const done = new AbortController();
      const follow = async (lane: Lane): Promise<string[]> => {
        const seen: string[] = [];
        for (let [place, isLast] = [start, false]; !isLast;) {
          isLast = done.signal.aborted;
          const { events, next } = await readAll(other, place, 7, lane);
          seen.push(...events.map(({ id }) => id));
          place = next;
        }
        return seen;
      };
      const following = LANES.map(follow);
      const writer = async (number: number): Promise<void> => {
        for (let round = 0; round < 30; round += 1) {
          const lane = LANES[(number + round) % 3] ?? 'hot';
          await (number % 2 === 0 ? store : other).transact(
            async (tx) => {
              await tx.write({ appends: [inLane(lane, append(tenant, aLeadId(), 0, note('a'), note('b')))], claims: [], outcomes: [] });
              await delay((number * 7 + round) % 5);
            },
            { coldOnly: lane === 'cold' && round % 4 > 0 },
          );
        }
      };
      await Promise.all(Array.from({ length: 8 }, (_, number) => writer(number)));
      // The last look comes behind the last commit, once nobody runs any more who could hold it back.
      await vi.waitFor(async () => expect((await readAll(store, start)).events).toHaveLength(8 * 30 * 2));
      done.abort();
      const seen = await Promise.all(following);
      const inOrder = (await readAll(store, start)).events;
      expect(seen).toEqual(LANES.map((lane) => inOrder.filter((each) => each.lane === lane).map(({ id }) => id)));
    });

    it('looks for new events without reading the others, however many there are', async () => {
      const [tenant, sql] = [aTenant(), connect(database.url, { connectionsMax: 1 })];
      await sql`
        insert into events (tenant, stream_id, version, schema, type, lane, command_id, actor, at, data)
        select ${tenant}, 'agent_' || n, 1, 1, 'AgentUpserted', case n % 5 when 0 then 'hot' when 1 then 'warm' else 'cold' end, 'cmd_' || n, '{}', '', '{}'
        from generate_series(1, 20000) n`;
      await sql`analyze events`;
      const end = await endOf(store);
      const scans = async (): Promise<number> => {
        await sql`select pg_stat_force_next_flush()`;
        const [row] = await sql<{ count: number }[]>`select seq_scan::int as count from pg_stat_user_tables where relname = 'events'`;
        return row?.count ?? NaN;
      };
      const before = await scans();
      const reader = createPostgresEventStore({ sql, notify: false });
      await reader.assertReadable();
      for (const lane of [...LANES, undefined]) for (let look = 0; look < 8; look += 1) await reader.readCommitted(end, 100, lane);
      await reader.readBacklog({ hot: end, warm: end, cold: end });
      expect((await scans()) - before).toBe(0);
      await sql.end();
    });

    it("wakes a waiting reader with another process's commit", async () => {
      await endOf(other);
      const waiting = other.waitForEvents(50_000, new AbortController().signal);
      await write(store, append(aTenant(), aLeadId(), 0, note('a')));
      await expect(waiting).resolves.toBeUndefined();
    });

    it('says that it is unavailable when its connection is cut in the middle, writes nothing, and goes on afterwards', async () => {
      const [tenant, lead] = [aTenant(), aLeadId()];
      const cut = store.transact(async (tx) => {
        await tx.write({ appends: [append(tenant, lead, 0, note('never'))], claims: [], outcomes: [] });
        await database.another()`select pg_terminate_backend(pid) from pg_stat_activity where state = 'idle in transaction' and datname = current_database()`;
        await tx.findOutcomes([{ tenant, id: 'cmd_1' as never }]);
      });
      await expect(cut).rejects.toBeInstanceOf(EventStoreUnavailableError);
      expect((await store.loadStreams([{ tenant, streamId: lead }])).size).toBe(0);
      await write(store, append(tenant, lead, 0, note('after')));
    });

    it('survives cuts at any moment of many transactions, half of them slow, and mixes nothing up', async () => {
      const tenant = aTenant();
      const killer = connect(database.url, { applicationName: 'killer' });
      const written = new Set<string>();
      const failures: unknown[] = [];
      const worker = async (): Promise<void> => {
        for (let index = 0; index < 40; index++) {
          const lead = aLeadId();
          const result = await store
            .transact(async (tx) => {
              await tx.loadStreams([{ tenant, streamId: lead }]);
              if (index % 2 === 0) await killer`select 1`;
              await tx.write({ appends: [append(tenant, lead, 0, note('a'))], claims: [], outcomes: [] });
            })
            .catch((error: unknown) => error);
          if (result === undefined) written.add(lead);
          else failures.push(result);
        }
      };
      const done = new AbortController();
      const cutting = (async () => {
        while (!done.signal.aborted) {
          await killer`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'lead-intelligence' and datname = current_database() and random() < 0.03`;
        }
      })();
      await Promise.all(Array.from({ length: 6 }, worker));
      done.abort();
      await cutting;
      expect(failures.filter((error) => !(error instanceof EventStoreUnavailableError))).toEqual([]);
      const there = new Set((await killer<{ stream_id: string }[]>`select stream_id from streams where tenant = ${tenant}`).map((row) => row.stream_id));
      // A commit whose answer was cut off may have happened; one that was answered must have.
      expect([...written].filter((lead) => !there.has(lead))).toEqual([]);
      await vi.waitFor(() => Promise.all(Array.from({ length: 20 }, () => write(store, append(tenant, aLeadId(), 0, note('after'))))), { timeout: 20_000 });
      await killer.end();
    });

    it('says that it is unavailable where it takes no writes', async () => {
      const readOnly = connect(database.url, { connectionsMax: 1 });
      await readOnly`set default_transaction_read_only = on`;
      const opened = createPostgresEventStore({ sql: readOnly, notify: false });
      await expect(write(opened, append(aTenant(), aLeadId(), 0, note('a')))).rejects.toBeInstanceOf(EventStoreUnavailableError);
      await readOnly.end();
    });
  });
});

describe('an event store that cannot be reached', () => {
  it('says so', async () => {
    const sql = connect('postgres://postgres@127.0.0.1:1/none', { connectionsMax: 1, connectTimeoutSeconds: 1 });
    const store = createPostgresEventStore({ sql, notify: false });
    await expect(store.check()).rejects.toBeInstanceOf(EventStoreUnavailableError);
    await expect(write(store, append(aTenant(), aLeadId(), 0, note('a')))).rejects.toBeInstanceOf(EventStoreUnavailableError);
    await expect(store.readCommitted('', 1)).rejects.toBeInstanceOf(EventStoreUnavailableError);
    await sql.end();
  });
});
