/** The write model on PostgreSQL 15 or newer, and on PGlite behind its socket. */
import type { CommandId, StreamId, TenantId } from '../../domain/ids.ts';
import { LANES, type Lane } from '../../domain/messages.ts';
import { createAnnouncements } from './announce.ts';
import { assertReadable, selectBacklog, selectCommitted } from './commit-order.ts';
import { assertCold, promiseColdOnly } from './cold-only.ts';
import type { Queryable, Sql } from './connect.ts';
import { inStoreTerms, toEventStoreError } from './database-errors.ts';
import { groupByStream, selectEventless, selectLocked, selectOutcomes, selectOwners, selectStreams } from './event-queries.ts';
import { commandKey, type EventStore, type EventStoreTransaction, type StreamRef } from './event-store.ts';
import { lockLines, selectDueLines, selectParkedStreams, takeLine } from './parking-queries.ts';
import type { SubjectKey } from './sealing.ts';
import { inTransaction } from './transaction.ts';
import { createStreamMemory, type StreamMemory } from './stream-memory.ts';
import { createWakeUp } from './wake-up.ts';
import { writeBatch, type WrittenStream } from './write-batch.ts';

export interface PostgresEventStoreOptions {
  /** Belongs to the caller: `close` does not end it. */
  readonly sql: Sql;
  /** LISTEN and NOTIFY; false on PGlite, whose socket has none. */
  readonly notify: boolean;
  /** A transaction waits this long for a lock that another holds, then gives up with a WriteTimeoutError; 2,000 if absent. On PGlite nobody ever waits for one. */
  readonly lockTimeoutMs?: number | undefined;
}

export interface PostgresEventStore extends EventStore {
  /** Throws a CommitOrderError where the events were restored from elsewhere. The first readCommitted asks too. */
  assertReadable(): Promise<void>;
}

const LOCK_TIMEOUT_MS = 2_000;

/** While a running transaction holds back committed events, look again this soon: nobody rings when it ends. */
const HELD_BACK_MS = 5;

/** The parts of a streamKey or a commandKey; '' has none. */
function cutKey(key: string): readonly [tenant: string, id: string] {
  const colon = key.indexOf(':');
  return colon < 0 ? ['', ''] : [key.slice(0, colon), key.slice(colon + 1)];
}

export function createPostgresEventStore({ sql, notify, lockTimeoutMs = LOCK_TIMEOUT_MS }: PostgresEventStoreOptions): PostgresEventStore {
  const readers = createReaders();
  const memory = createStreamMemory();
  const announcements = createAnnouncements(sql, notify, (lanes) => readers.ring(lanes));
  let readable = false;
  let closed = false;

  const ensureReadable = async (): Promise<void> => {
    if (!readable) await inStoreTerms(assertReadable(sql));
    readable = true;
  };

  return {
    assertReadable: () => inStoreTerms(assertReadable(sql)),

    async transact(work, { coldOnly = false } = {}) {
      const written: WrittenStream[] = [];
      let thrown: { readonly error: unknown } | undefined;
      const result = await inTransaction(sql, async (tx) => {
        if (notify) limitLockWaits(tx, lockTimeoutMs);
        if (notify && coldOnly) promiseColdOnly(tx);
        const transaction = createTransaction(tx, memory, written, coldOnly);
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
      memory.remember(written);
      const lanes = lanesOf(written);
      readers.ring(lanes);
      announcements.announce(lanes);
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
    dueLines: (limit) => inStoreTerms(selectDueLines(sql, limit)),
    findLocked: (refs) => inStoreTerms(selectLocked(sql, refs)),

    async readCommitted(after, limit, lane) {
      await ensureReadable();
      const reader = readers.of(lane);
      reader.wakeUp.beginLooking();
      const page = await inStoreTerms(selectCommitted(sql, after, limit, lane));
      reader.heldBack = page.heldBack;
      return { events: page.events, next: page.next };
    },
    readBacklog: (positions) => inStoreTerms(selectBacklog(sql, positions)),

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
    async saveCheckpoint(name, position, expected) {
      // '' is where no row is: nothing but that may make one.
      const rows = await inStoreTerms(sql`
        insert into checkpoints (name, position)
        select ${name}::text, ${position}::text where ${expected}::text = '' or exists (select 1 from checkpoints where name = ${name})
        on conflict (name) do update set position = excluded.position, saved_at = now() where checkpoints.position = ${expected}
        returning name`);
      return rows.length > 0;
    },

    async waitForEvents(timeoutMs, signal, lane) {
      announcements.listener.start();
      if (closed) return;
      const { wakeUp, heldBack } = readers.of(lane);
      await wakeUp.wait(heldBack ? Math.min(HELD_BACK_MS, timeoutMs) : timeoutMs, signal);
    },

    async check() {
      await inStoreTerms(sql`select 1`);
    },
    async close() {
      closed = true;
      readers.ring(LANES);
      await announcements.stop();
    },
  };
}

/** Sent without waiting: it travels with the transaction's first queries. Where it fails they fail, too. */
function limitLockWaits(tx: Queryable, timeoutMs: number): void {
  tx`select set_config('lock_timeout', ${`${timeoutMs}ms`}, true)`.then(
    () => undefined,
    () => undefined,
  );
}

/** One that waits for each lane, and one for all of them together: none loses a ring because another looked. */
function createReaders() {
  const newReader = () => ({ wakeUp: createWakeUp(), heldBack: false });
  const all = newReader();
  const byLane = { hot: newReader(), warm: newReader(), cold: newReader() } as const satisfies Record<Lane, unknown>;
  return {
    of: (lane: Lane | undefined) => (lane === undefined ? all : byLane[lane]),
    ring(lanes: Iterable<Lane>): void {
      all.wakeUp.ring();
      for (const lane of lanes) byLane[lane].wakeUp.ring();
    },
  };
}

function lanesOf(written: readonly WrittenStream[]): Set<Lane> {
  const lanes = new Set<Lane>();
  for (const { append } of written) for (const { lane } of append.events) lanes.add(lane);
  return lanes;
}

/** `written` gets what it writes. */
function createTransaction(tx: Queryable, memory: StreamMemory, written: WrittenStream[], coldOnly: boolean): EventStoreTransaction {
  // Keys that this transaction read. Stale ones do no harm: an erasure moves the stream's version, and the write then conflicts.
  const keys = new Map<string, SubjectKey>();
  const loaded: StreamRef[] = [];
  let hasWritten = false;
  return {
    findOutcomes: (refs: readonly { readonly tenant: TenantId; readonly id: CommandId }[]) => inStoreTerms(selectOutcomes(tx, refs)),
    findOwners: (name, values) => inStoreTerms(selectOwners(tx, name, values)),
    async loadStreams(refs) {
      // What this transaction wrote may be undone: nobody else must remember it.
      const found = await inStoreTerms((hasWritten ? createStreamMemory() : memory).load(tx, refs));
      loaded.push(...refs.map(({ tenant, streamId }) => ({ tenant, streamId })));
      for (const [stream, key] of found.keys) keys.set(stream, key);
      return found.streams;
    },
    findParked: (refs) => inStoreTerms(selectParkedStreams(tx, refs)),
    takeParked: (ref, limit) => inStoreTerms(takeLine(tx, ref, limit)),
    lockParked: (refs) => inStoreTerms(lockLines(tx, refs)),
    async write(work) {
      hasWritten = true;
      if (coldOnly) for (const { events } of work.appends) assertCold(events);
      try {
        written.push(...(await inStoreTerms(writeBatch(tx, work, keys))));
      } catch (error) {
        // Whatever the reason: the next try takes nothing for granted.
        memory.forget(loaded);
        throw error;
      }
      memory.forget(work.appends.filter(({ erases }) => erases));
    },
  };
}
