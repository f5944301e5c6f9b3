/** The write model on PostgreSQL 15 or newer, and on PGlite behind its socket. */
import type { CommandId, StreamId, TenantId } from '../../domain/ids.ts';
import { assertReadable, selectCommitted } from './commit-order.ts';
import type { Queryable, Sql } from './connect.ts';
import { inStoreTerms, toEventStoreError } from './database-errors.ts';
import { groupByStream, selectEventless, selectOutcomes, selectOwners, selectStreams } from './event-queries.ts';
import { commandKey, streamKey, type EventStore, type EventStoreTransaction } from './event-store.ts';
import { listenForRings } from './listen.ts';
import { inTransaction } from './transaction.ts';
import { createWakeUp } from './wake-up.ts';
import { EVENTS_CHANNEL, writeBatch } from './write-batch.ts';

export interface PostgresEventStoreOptions {
  /** Belongs to the caller: `close` does not end it. */
  readonly sql: Sql;
  /** LISTEN and NOTIFY; false on PGlite, whose socket has none. */
  readonly notify: boolean;
}

export interface PostgresEventStore extends EventStore {
  /** Throws a CommitOrderError where the events were restored from elsewhere. The first readCommitted asks too. */
  assertReadable(): Promise<void>;
}

/** While a running transaction holds back committed events, look again this soon: nobody rings when it ends. */
const HELD_BACK_MS = 5;

/** The parts of a streamKey or a commandKey; '' has none. */
function cutKey(key: string): readonly [tenant: string, id: string] {
  const colon = key.indexOf(':');
  return colon < 0 ? ['', ''] : [key.slice(0, colon), key.slice(colon + 1)];
}

export function createPostgresEventStore({ sql, notify }: PostgresEventStoreOptions): PostgresEventStore {
  const wakeUp = createWakeUp();
  const listener = listenForRings(sql, notify ? EVENTS_CHANNEL : null, () => wakeUp.ring());
  let readable = false;
  let heldBack = false;
  let closed = false;

  const ensureReadable = async (): Promise<void> => {
    if (!readable) await inStoreTerms(assertReadable(sql));
    readable = true;
  };

  return {
    assertReadable: () => inStoreTerms(assertReadable(sql)),

    async transact(work) {
      let wrote = 0;
      let thrown: { readonly error: unknown } | undefined;
      const result = await inTransaction(sql, async (tx) => {
        const transaction = createTransaction(tx, notify, (events) => (wrote += events));
        try {
          return await work(transaction);
        } catch (error) {
          thrown = { error };
          throw error;
        }
      }).catch((error: unknown) => {
        // What the work threw goes out as it is; only what the database says is put into the port's words.
        throw thrown === undefined ? toEventStoreError(error) : thrown.error;
      });
      if (wrote > 0) wakeUp.ring();
      return result;
    },

    async findOutcome(tenant, id) {
      return (await inStoreTerms(selectOutcomes(sql, [{ tenant, id }]))).get(commandKey({ tenant, id })) ?? null;
    },
    async listEventless(since, after, limit) {
      const [tenant, id] = cutKey(after);
      return inStoreTerms(selectEventless(sql, since, { tenant, id }, limit));
    },
    loadStreams: async (refs) => groupByStream(await inStoreTerms(selectStreams(sql, refs))),

    async readCommitted(after, limit) {
      await ensureReadable();
      wakeUp.beginLooking();
      const page = await inStoreTerms(selectCommitted(sql, after, limit));
      heldBack = page.heldBack;
      return { events: page.events, next: page.next };
    },

    async listStreams(after, limit) {
      const [tenant, streamId] = cutKey(after);
      const rows = await inStoreTerms(sql<{ tenant: TenantId; stream_id: StreamId; version: number }[]>`
        select tenant, stream_id, version from streams where (tenant, stream_id) > (${tenant}, ${streamId}) order by tenant, stream_id limit ${limit}`);
      return rows.map((row) => ({ tenant: row.tenant, streamId: row.stream_id, version: row.version }));
    },

    async loadCheckpoint(name) {
      const [row] = await inStoreTerms(sql<{ position: string }[]>`select position from checkpoints where name = ${name}`);
      return row?.position ?? '';
    },
    async saveCheckpoint(name, position) {
      await inStoreTerms(sql`
        insert into checkpoints (name, position) values (${name}, ${position})
        on conflict (name) do update set position = excluded.position, saved_at = now()`);
    },

    async waitForEvents(timeoutMs, signal) {
      listener.start();
      if (closed) return;
      await wakeUp.wait(heldBack ? Math.min(HELD_BACK_MS, timeoutMs) : timeoutMs, signal);
    },

    async check() {
      await inStoreTerms(sql`select 1`);
    },
    async close() {
      closed = true;
      wakeUp.ring();
      await listener.stop();
    },
  };
}

function createTransaction(tx: Queryable, notify: boolean, wrote: (events: number) => void): EventStoreTransaction {
  // Keys that this transaction read. Stale ones do no harm: an erasure moves the stream's version, and the write then conflicts.
  const keys = new Map<string, Buffer>();
  return {
    findOutcomes: (refs: readonly { readonly tenant: TenantId; readonly id: CommandId }[]) => inStoreTerms(selectOutcomes(tx, refs)),
    findOwners: (name, values) => inStoreTerms(selectOwners(tx, name, values)),
    async loadStreams(refs) {
      const rows = await inStoreTerms(selectStreams(tx, refs));
      for (const row of rows) if (row.key !== null) keys.set(streamKey({ tenant: row.tenant, streamId: row.stream_id }), row.key);
      return groupByStream(rows);
    },
    async write(work) {
      wrote(await inStoreTerms(writeBatch(tx, work, keys, notify)));
    },
  };
}
