/**
 * Everything that one transaction of the command handler writes, in a handful of statements that are sent without waiting for one another.
 * Rows are locked in sorted order, so that two batches with the same streams wait for each other instead of deadlocking.
 */
import type { Queryable } from './connect.ts';
import { toInput, type EventInput } from './event-rows.ts';
import { emptyLetters, insertLetters } from '../dead-letters/letter-rows.ts';
import { streamKey, WriteConflictError, type EventStoreWork, type StreamAppend, type StreamRef } from './event-store.ts';
import { refRows, selectKeys } from './event-queries.ts';
import { insertOutcomes, replaceOutcomes } from './outcome-rows.ts';
import { deleteParked, insertParked, postpone, wakeLines } from './parking-queries.ts';
import { isSealed, keyText, newSubjectKey, type SubjectKey } from './sealing.ts';
import { claimRows, keyOfClaim, mergeAppends, sealedStreams, type ClaimRow } from './write-plan.ts';

/** What a stream was given, for whoever remembers streams. */
export interface WrittenStream {
  readonly append: StreamAppend;
  /** Null where nothing of the stream is sealed. */
  readonly key: SubjectKey | null;
  /** Of the events' content, sealed or not, about. */
  readonly bytes: number;
}

/** Writes in the running transaction. `knownKeys` are those that it already read (by streamKey). Returns what the streams were given. */
export async function writeBatch(tx: Queryable, work: EventStoreWork, knownKeys: ReadonlyMap<string, SubjectKey>): Promise<readonly WrittenStream[]> {
  const appends = mergeAppends(work.appends);
  const erased = appends.filter((append) => append.erases);
  const { keys, made } = await keysFor(tx, appends, knownKeys);
  const keyless = appends.find((append) => !keys.has(streamKey(append)) && append.events.some(({ event }) => isSealed(append.streamId, event.type)));
  if (keyless !== undefined) {
    // Somebody may have erased it since the work was decided on: then the version moved, and the conflict is what the caller must hear.
    await compareAndSet(tx, appends);
    throw new Error(`${keyless.streamId} was erased: nothing about a person can be written to it any more`);
  }
  const claims = claimRows(work.claims, erased);
  const { inputs, written } = intoInputs(appends, keys);
  const statements: (() => PromiseLike<unknown>)[] = [];
  // Order matters: streams first, they hold the lock; erasures last, they undo what the same batch gave the stream.
  if (appends.length > 0) statements.push(() => compareAndSet(tx, appends));
  if (made.length > 0) statements.push(() => insertKeys(tx, made));
  if (appends.length > 0) statements.push(() => insertEvents(tx, inputs));
  // A stream that is new has claimed nothing yet.
  const fresh = new Set(appends.filter(({ expectedVersion }) => expectedVersion === 0).map(streamKey));
  const moved = claims.filter((claim) => !fresh.has(keyOfClaim(claim)));
  if (moved.length > 0) statements.push(() => dropClaims(tx, moved));
  if (claims.length > 0) statements.push(() => insertClaims(tx, claims));
  if (work.outcomes.length > 0) statements.push(() => insertOutcomes(tx, work.outcomes));
  statements.push(...asideStatements(tx, work));
  if (erased.length > 0)
    statements.push(
      () => dropKeys(tx, erased),
      () => dropAllClaims(tx, erased),
      () => emptyLetters(tx, refRows(erased)),
    );
  // All are sent at once; the first to fail fails the transaction, and none of the others goes unheard.
  await Promise.all(
    statements.map(async (send) => {
      await send();
    }),
  );
  return written;
}

function intoInputs(appends: readonly StreamAppend[], keys: ReadonlyMap<string, SubjectKey>) {
  const inputs: EventInput[] = [];
  const written = appends.map((append): WrittenStream => {
    const key = keys.get(streamKey(append));
    let bytes = 0;
    for (const event of append.events) {
      const input = toInput(event, inputs.length, key);
      inputs.push(input);
      bytes += (input.sealed ?? input.data ?? '').length;
    }
    return { append, key: key ?? null, bytes };
  });
  return { inputs, written };
}

/** What only a batch with trouble has: replays, lines of parked commands, dead letters. */
function asideStatements(tx: Queryable, { replayed = [], letters = [], parked = [], postponed = [], unparked = [], woken = [] }: EventStoreWork) {
  const statements: (() => PromiseLike<unknown>)[] = [];
  if (replayed.length > 0) statements.push(() => replaceOutcomes(tx, replayed));
  if (letters.length > 0) statements.push(() => insertLetters(tx, letters));
  if (unparked.length > 0) statements.push(() => deleteParked(tx, unparked));
  if (parked.length > 0) statements.push(() => insertParked(tx, parked));
  if (postponed.length > 0) statements.push(() => postpone(tx, postponed));
  if (woken.length > 0) statements.push(() => wakeLines(tx, woken));
  return statements;
}

async function keysFor(tx: Queryable, appends: readonly StreamAppend[], known: ReadonlyMap<string, SubjectKey>) {
  const keys = new Map(known);
  const leads = sealedStreams(appends);
  const unknown = leads.filter((append) => append.expectedVersion > 0 && !keys.has(streamKey(append)));
  for (const [key, value] of await selectKeys(tx, unknown)) keys.set(key, value);
  const made = leads.filter((append) => append.expectedVersion === 0).map((append) => ({ ...append, key: newSubjectKey() }));
  for (const stream of made) keys.set(streamKey(stream), stream.key);
  return { keys, made };
}

/** One row for each stream comes back where its version was the expected one. */
async function compareAndSet(tx: Queryable, appends: readonly StreamAppend[]): Promise<void> {
  const rows = appends.map(({ tenant, streamId, expectedVersion, events }) => ({
    tenant,
    stream_id: streamId,
    previous: expectedVersion,
    version: expectedVersion + events.length,
  }));
  const moved = await tx<{ previous: number; is_new: boolean }[]>`
    insert into streams (tenant, stream_id, version, previous)
    select tenant, stream_id, version, previous
    from jsonb_to_recordset(${JSON.stringify(rows)}::text::jsonb) as r(tenant text, stream_id text, version int, previous int)
    order by tenant, stream_id
    on conflict (tenant, stream_id) do update set version = excluded.version, previous = excluded.previous where streams.version = excluded.previous
    returning previous, xmax = 0 as is_new`;
  if (moved.length !== rows.length) throw new WriteConflictError('the version of a stream moved');
  if (moved.some((row) => row.is_new && row.previous > 0)) throw new WriteConflictError('a stream that should be there is not');
}

function insertEvents(tx: Queryable, inputs: readonly EventInput[]): PromiseLike<unknown> {
  return tx`
    insert into events (tenant, stream_id, version, schema, type, lane, command_id, actor, at, traceparent, data, sealed)
    select tenant, stream_id, version, schema, type, lane, command_id, actor::json, at, traceparent, data::json, decode(sealed, 'base64')
    from json_to_recordset(${JSON.stringify(inputs)}::text::json) as r(ord int, tenant text, stream_id text, version int, schema int, type text,
      lane text, command_id text, actor text, at text, traceparent text, data text, sealed text)
    order by ord`;
}

function insertKeys(tx: Queryable, made: readonly (StreamRef & { readonly key: SubjectKey })[]): PromiseLike<unknown> {
  const rows = made.map(({ tenant, streamId, key }) => ({ tenant, stream_id: streamId, key: keyText(key) }));
  return tx`
    insert into subject_keys (tenant, stream_id, key)
    select tenant, stream_id, decode(key, 'base64')
    from jsonb_to_recordset(${JSON.stringify(rows)}::text::jsonb) as r(tenant text, stream_id text, key text)`;
}

function dropClaims(tx: Queryable, claims: readonly ClaimRow[]): PromiseLike<unknown> {
  return tx`
    delete from unique_claims c
    using jsonb_to_recordset(${JSON.stringify(claims)}::text::jsonb) as r(tenant text, name text, stream_id text)
    where c.tenant = r.tenant and c.name = r.name and c.stream_id = r.stream_id`;
}

function insertClaims(tx: Queryable, claims: readonly ClaimRow[]): PromiseLike<unknown> {
  return tx`
    insert into unique_claims (tenant, name, digest, stream_id)
    select tenant, name, digest, stream_id
    from jsonb_to_recordset(${JSON.stringify(claims)}::text::jsonb) as r(tenant text, name text, digest text, stream_id text)
    where digest is not null
    order by tenant, name, digest`;
}

/** Destroys the keys, and with them every fact about these people. */
function dropKeys(tx: Queryable, erased: readonly StreamRef[]): PromiseLike<unknown> {
  return tx`
    delete from subject_keys k using jsonb_to_recordset(${refRows(erased)}::text::jsonb) as r(tenant text, stream_id text)
    where k.tenant = r.tenant and k.stream_id = r.stream_id`;
}

/** Frees what the erased streams had claimed. */
function dropAllClaims(tx: Queryable, erased: readonly StreamRef[]): PromiseLike<unknown> {
  return tx`
    delete from unique_claims c using jsonb_to_recordset(${refRows(erased)}::text::jsonb) as r(tenant text, stream_id text)
    where c.tenant = r.tenant and c.stream_id = r.stream_id`;
}
