/**
 * The reads of the event store. Lists travel as one JSON parameter, so that a batch costs one round trip.
 *
 * Large tables stand behind LATERAL and OFFSET 0, which the planner cannot turn into another join: each row of the list is looked up in the index.
 * A prepared statement keeps its plan, and one made while the table was small reads all of it, again and again, until the next ANALYZE.
 */
import { createHash } from 'node:crypto';
import type { CommandId, StreamId, TenantId } from '../../domain/ids.ts';
import type { RecordedEvent } from '../../domain/messages.ts';
import type { Queryable } from './connect.ts';
import { toRecorded, type EventRow } from './event-rows.ts';
import { subjectKey, type SubjectKey } from './sealing.ts';
import { commandKey, streamKey, type CommandOutcome, type StreamRef, type UniqueClaim } from './event-store.ts';

/** Digest of a claimed value; the only form in which the value is stored. */
export const claimDigest = (tenant: TenantId, name: UniqueClaim['name'], value: string): string =>
  createHash('sha256').update(`${tenant}|${name}|${value}`).digest('hex');

export async function selectOutcomes(
  db: Queryable,
  refs: readonly { readonly tenant: TenantId; readonly id: CommandId }[],
): Promise<Map<string, CommandOutcome>> {
  if (refs.length === 0) return new Map();
  // Nothing but the ids: callers hand in whole envelopes, and jsonb refuses some texts.
  const ids = refs.map(({ tenant, id }) => ({ tenant, id }));
  const rows = await db<{ tenant: TenantId; command_id: CommandId; outcome: CommandOutcome }[]>`
    select i.tenant, i.command_id, i.outcome
    from jsonb_to_recordset(${JSON.stringify(ids)}::text::jsonb) as r(tenant text, id text)
    cross join lateral (select * from inbox where tenant = r.tenant and command_id = r.id offset 0) i`;
  return new Map(rows.map((row) => [commandKey({ tenant: row.tenant, id: row.command_id }), row.outcome]));
}

/** Streams as the one parameter of a query. */
export const refRows = (refs: readonly StreamRef[]): string => JSON.stringify(refs.map(({ tenant, streamId }) => ({ tenant, stream_id: streamId })));

/** In the order of tenant and command, behind those of `after`. */
export async function selectEventless(
  db: Queryable,
  since: Date,
  after: { readonly tenant: string; readonly id: string },
  limit: number,
): Promise<CommandOutcome[]> {
  const rows = await db<{ outcome: CommandOutcome }[]>`
    select outcome from inbox
    where (tenant, command_id) > (${after.tenant}, ${after.id}) and handled_at >= ${since.toISOString()} and (outcome->>'status' <> 'APPLIED' or outcome->>'unchanged' = 'true')
    order by tenant, command_id limit ${limit}`;
  return rows.map(({ outcome }) => outcome);
}

/** The key comes with each row, from the same snapshot: a reader elsewhere sees an erasure with its next query. */
export function selectStreams(db: Queryable, refs: readonly StreamRef[]): Promise<EventRow[]> {
  if (refs.length === 0) return Promise.resolve([]);
  return db<EventRow[]>`
    select e.tenant, e.stream_id, e.version, e.type, e.lane, e.command_id, e.actor, e.at, e.traceparent, e.data, e.sealed, k.key
    from (select distinct tenant, stream_id from jsonb_to_recordset(${refRows(refs)}::text::jsonb) as r(tenant text, stream_id text)) r
    join events e on e.tenant = r.tenant and e.stream_id = r.stream_id
    left join subject_keys k on k.tenant = e.tenant and k.stream_id = e.stream_id
    order by e.tenant, e.stream_id, e.version`.then((rows) => [...rows]);
}

/** What came to each stream behind a version, as selectStreams reads it. */
export function selectStreamsBehind(db: Queryable, refs: readonly (StreamRef & { readonly version: number })[]): Promise<EventRow[]> {
  if (refs.length === 0) return Promise.resolve([]);
  const rows = JSON.stringify(refs.map(({ tenant, streamId, version }) => ({ tenant, stream_id: streamId, version })));
  return db<EventRow[]>`
    select e.tenant, e.stream_id, e.version, e.type, e.lane, e.command_id, e.actor, e.at, e.traceparent, e.data, e.sealed, k.key
    from jsonb_to_recordset(${rows}::text::jsonb) as r(tenant text, stream_id text, version int)
    cross join lateral (select * from events where tenant = r.tenant and stream_id = r.stream_id and version > r.version offset 0) e
    left join subject_keys k on k.tenant = e.tenant and k.stream_id = e.stream_id
    order by e.tenant, e.stream_id, e.version`.then((found) => [...found]);
}

/** Rows in version order, by streamKey. */
export function groupByStream(rows: readonly EventRow[]): Map<string, RecordedEvent[]> {
  const streams = new Map<string, RecordedEvent[]>();
  for (const row of rows) {
    const key = streamKey({ tenant: row.tenant, streamId: row.stream_id });
    const events = streams.get(key);
    if (events === undefined) streams.set(key, [toRecorded(row)]);
    else events.push(toRecorded(row));
  }
  return streams;
}

/** The keys that are there, by streamKey. */
export async function selectKeys(db: Queryable, refs: readonly StreamRef[]): Promise<Map<string, SubjectKey>> {
  if (refs.length === 0) return new Map();
  const rows = await db<{ tenant: TenantId; stream_id: StreamId; key: Buffer }[]>`
    select k.tenant, k.stream_id, k.key
    from jsonb_to_recordset(${refRows(refs)}::text::jsonb) as r(tenant text, stream_id text)
    join subject_keys k on k.tenant = r.tenant and k.stream_id = r.stream_id`;
  return new Map(rows.map((row) => [streamKey({ tenant: row.tenant, streamId: row.stream_id }), subjectKey(row.key)]));
}

/** Keys: `${tenant}:${value}`. */
export async function selectOwners(
  db: Queryable,
  name: UniqueClaim['name'],
  values: readonly { readonly tenant: TenantId; readonly value: string }[],
): Promise<Map<string, StreamId>> {
  if (values.length === 0) return new Map();
  const keys = new Map(values.map(({ tenant, value }) => [claimDigest(tenant, name, value), { tenant, value }]));
  const wanted = [...keys].map(([digest, { tenant }]) => ({ tenant, digest }));
  const rows = await db<{ digest: string; stream_id: StreamId }[]>`
    select c.digest, c.stream_id
    from jsonb_to_recordset(${JSON.stringify(wanted)}::text::jsonb) as r(tenant text, digest text)
    cross join lateral (select * from unique_claims where tenant = r.tenant and name = ${name} and digest = r.digest offset 0) c`;
  const owners = new Map<string, StreamId>();
  for (const row of rows) {
    const key = keys.get(row.digest);
    if (key !== undefined) owners.set(`${key.tenant}:${key.value}`, row.stream_id);
  }
  return owners;
}

/** Those of the streams whose row another transaction holds, by streamKey. Holds none itself once it resolves: call it outside of transactions. */
export async function selectLocked(db: Queryable, refs: readonly StreamRef[]): Promise<Set<string>> {
  if (refs.length === 0) return new Set();
  const rows = await db<{ tenant: TenantId; stream_id: StreamId }[]>`
    with wanted as (select distinct tenant, stream_id from jsonb_to_recordset(${refRows(refs)}::text::jsonb) as r(tenant text, stream_id text)),
    free as (select s.tenant, s.stream_id from wanted join streams s using (tenant, stream_id) for update of s skip locked)
    select tenant, stream_id from wanted join streams using (tenant, stream_id) where (tenant, stream_id) not in (select tenant, stream_id from free)`;
  return new Set(rows.map((row) => streamKey({ tenant: row.tenant, streamId: row.stream_id })));
}
