import { describe, expect, it, beforeAll, afterAll } from 'vitest';
import { createPostgresDeadLetters } from '../../platform/dead-letters/postgres-dead-letters.ts';
import { EventStoreUnavailableError, streamKey, WriteConflictError, WriteTimeoutError, type EventStore } from '../../platform/event-store/event-store.ts';
import { connect } from '../../platform/event-store/connect.ts';
import { createPostgresEventStore } from '../../platform/event-store/postgres-event-store.ts';
import { ownEmbeddedDatabase, ownServerDatabase, type OwnDatabase } from '../support/own-postgres.ts';
import { describeWithServices } from '../support/services.ts';
import { aLetter, deadLettersContract } from './dead-letters.suite.ts';
import { aCommandId, aLeadId, append, aTenant, note, write } from './event-store-kit.ts';
import { parkingContract } from './parking.suite.ts';

function allOn(name: string, makeDatabase: () => Promise<OwnDatabase>): void {
  deadLettersContract(`dead letters in ${name}`, async () => {
    const database = await makeDatabase();
    return {
      letters: createPostgresDeadLetters({ sql: database.sql }),
      another: () => createPostgresDeadLetters({ sql: database.another() }),
      dispose: () => database.dispose(),
    };
  });
  parkingContract(`the event store on ${name}`, async () => {
    const database = await makeDatabase();
    const { sql } = database;
    const store = createPostgresEventStore({ sql, notify: database.isServer });
    return {
      store,
      letters: createPostgresDeadLetters({ sql }),
      async dispose() {
        await store.close();
        await database.dispose();
      },
    };
  });
}

allOn('PGlite', ownEmbeddedDatabase);

describeWithServices('on a real server', ['postgres'], ({ postgres }) => {
  allOn('PostgreSQL', () => ownServerDatabase(postgres.url));

  describe('lines and locks between two processes', () => {
    let database: OwnDatabase;
    let store: EventStore;
    let other: EventStore;
    beforeAll(async () => {
      database = await ownServerDatabase(postgres.url);
      store = createPostgresEventStore({ sql: database.sql, notify: true });
      other = createPostgresEventStore({ sql: database.another(), notify: true, lockTimeoutMs: 100 });
    });
    afterAll(async () => {
      await Promise.all([store?.close(), other?.close()]);
      await database?.dispose();
    });

    it('lets one of them have a line, and nobody wait for it', async () => {
      const [tenant, lead] = [aTenant(), aLeadId()];
      const place = { topic: 'leads.commands.hot', partition: 0, offset: '0', appendedAtMs: 0 };
      const parked = { tenant, streamId: lead, lane: 'hot', envelope: '{}', place, attempts: 0, dueInMs: 0, lastError: '' } as const;
      await store.transact((tx) => tx.write({ appends: [], claims: [], outcomes: [], parked: [1, 2].map(() => ({ ...parked, commandId: aCommandId() })) }));
      await store.transact(async (tx) => {
        const [head] = await tx.takeParked({ tenant, streamId: lead }, 1);
        if (!head) throw new Error('two wait');
        expect(await other.transact((theirs) => theirs.takeParked({ tenant, streamId: lead }, 10))).toEqual([]);
        await other.transact((theirs) => theirs.write({ appends: [], claims: [], outcomes: [], woken: [{ tenant, streamId: lead }] }));
        await tx.write({ appends: [], claims: [], outcomes: [], unparked: [head] });
        expect(await other.transact((theirs) => theirs.takeParked({ tenant, streamId: lead }, 10))).toEqual([]);
      });
      expect(await other.transact((theirs) => theirs.takeParked({ tenant, streamId: lead }, 10))).toHaveLength(1);
    });

    it('gives up waiting for a lead that somebody holds, and says which it is', async () => {
      const [tenant, held, free] = [aTenant(), aLeadId(), aLeadId()];
      await write(store, append(tenant, held, 0, note('a')), append(tenant, free, 0, note('a')));
      const refs = [held, free, aLeadId()].map((streamId) => ({ tenant, streamId }));
      await store.transact(async (tx) => {
        await tx.write({ appends: [append(tenant, held, 1, note('slow'))], claims: [], outcomes: [] });
        await expect(write(other, append(tenant, held, 1, note('b')))).rejects.toBeInstanceOf(WriteTimeoutError);
        expect([...(await other.findLocked(refs))]).toEqual([streamKey({ tenant, streamId: held })]);
        await write(other, append(tenant, free, 1, note('b')));
      });
      expect(await other.findLocked(refs)).toEqual(new Set());
    });

    it('calls a deadlock and a serialization failure a lost race', async () => {
      for (const code of ['40P01', '40001']) {
        await database.sql.unsafe(
          `create or replace function refuse() returns trigger language plpgsql as $$ begin raise exception 'no' using errcode = '${code}'; end $$`,
        );
        await database.sql`create trigger refuse before insert on inbox for each statement execute function refuse()`;
        await expect(write(store, append(aTenant(), aLeadId(), 0, note('a')))).resolves.toBeUndefined();
        const [tenant, lead] = [aTenant(), aLeadId()];
        const work = { appends: [append(tenant, lead, 0, note('a'))], claims: [], outcomes: [{ tenant, id: aCommandId() } as never] };
        await expect(store.transact((tx) => tx.write(work))).rejects.toBeInstanceOf(WriteConflictError);
        expect((await store.loadStreams([{ tenant, streamId: lead }])).size).toBe(0);
        await database.sql`drop trigger refuse on inbox`;
      }
    });
  });
});

describe('dead letters that cannot be reached', () => {
  it('say so', async () => {
    const sql = connect('postgres://postgres@127.0.0.1:1/none', { connectionsMax: 1, connectTimeoutSeconds: 1 });
    const letters = createPostgresDeadLetters({ sql });
    await expect(letters.put([aLetter()])).rejects.toBeInstanceOf(EventStoreUnavailableError);
    await expect(letters.list({ tenant: null, filter: {}, first: 1 })).rejects.toBeInstanceOf(EventStoreUnavailableError);
    await sql.end();
  });
});
