/** The lines of parked commands in PostgreSQL. The first row of a line (the lowest seq) stands for the line: who holds it works on it. */
import type { CommandId, StreamId, TenantId } from '../../domain/ids.ts';
import type { Lane } from '../../domain/messages.ts';
import type { Queryable } from './connect.ts';
import { refRows } from './event-queries.ts';
import { streamKey, type StreamRef } from './event-store.ts';
import type { CommandToPark, DueLine, ParkedCommand, ParkedRef, Postponement } from './parking.ts';
import { storable } from './storable.ts';

interface ParkedRow {
  readonly tenant: TenantId;
  readonly stream_id: StreamId;
  readonly seq: string;
  readonly command_id: CommandId;
  readonly lane: Lane;
  readonly envelope: string;
  readonly attempts: number;
  readonly first_failed_at: Date;
  readonly waited_ms: number;
  readonly last_error: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
  readonly appended_at_ms: string;
}

const toParked = (row: ParkedRow): ParkedCommand => ({
  tenant: row.tenant,
  streamId: row.stream_id,
  seq: row.seq,
  commandId: row.command_id,
  lane: row.lane,
  envelope: row.envelope,
  attempts: row.attempts,
  firstFailedAt: row.first_failed_at.toISOString(),
  waitedMs: row.waited_ms,
  lastError: row.last_error,
  place: { topic: row.topic, partition: row.partition, offset: row.offset, appendedAtMs: Number(row.appended_at_ms) },
});

const columns = (db: Queryable) => db`
  p.tenant, p.stream_id, p.seq::text, p.command_id, p.lane, p.envelope, p.attempts, p.first_failed_at, p.last_error, p.topic, p.partition, p."offset",
  p.appended_at_ms::text, (extract(epoch from now() - p.first_failed_at) * 1000)::float8 as waited_ms`;

/** Which of the streams have a line, by streamKey. */
export async function selectParkedStreams(db: Queryable, refs: readonly StreamRef[]): Promise<Set<string>> {
  if (refs.length === 0) return new Set();
  const rows = await db<{ tenant: TenantId; stream_id: StreamId }[]>`
    select distinct p.tenant, p.stream_id
    from jsonb_to_recordset(${refRows(refs)}::text::jsonb) as r(tenant text, stream_id text)
    join parked_commands p on p.tenant = r.tenant and p.stream_id = r.stream_id`;
  return new Set(rows.map((row) => streamKey({ tenant: row.tenant, streamId: row.stream_id })));
}

/** The first row is held, and with it the line; the rest of it nobody else takes then. */
export async function takeLine(tx: Queryable, { tenant, streamId }: StreamRef, limit: number): Promise<ParkedCommand[]> {
  const held = await tx`
    select 1 from parked_commands
    where tenant = ${tenant} and stream_id = ${streamId} and due_at <= now()
      and seq = (select min(seq) from parked_commands where tenant = ${tenant} and stream_id = ${streamId})
    for update skip locked`;
  if (held.length === 0) return [];
  const rows = await tx<ParkedRow[]>`
    select ${columns(tx)} from parked_commands p
    where p.tenant = ${tenant} and p.stream_id = ${streamId}
    order by p.seq
    limit ${limit}`;
  return rows.map(toParked);
}

export async function lockLines(tx: Queryable, refs: readonly StreamRef[]): Promise<ParkedCommand[]> {
  if (refs.length === 0) return [];
  const rows = await tx<ParkedRow[]>`
    select ${columns(tx)}
    from jsonb_to_recordset(${refRows(refs)}::text::jsonb) as r(tenant text, stream_id text)
    join parked_commands p on p.tenant = r.tenant and p.stream_id = r.stream_id
    order by p.tenant, p.stream_id, p.seq
    for update of p`;
  return rows.map(toParked);
}

/** One row for each line, from its first; the row behind the limit tells when the next one is due. */
export async function selectDueLines(db: Queryable, limit: number): Promise<{ due: DueLine[]; nextInMs: number | null }> {
  const rows = await db<{ tenant: TenantId; stream_id: StreamId; waited_ms: number; due_in_ms: number }[]>`
    select p.tenant, p.stream_id, (extract(epoch from now() - p.first_failed_at) * 1000)::float8 as waited_ms,
      (extract(epoch from p.due_at - now()) * 1000)::float8 as due_in_ms
    from parked_commands p
    where not exists (select 1 from parked_commands e where e.tenant = p.tenant and e.stream_id = p.stream_id and e.seq < p.seq)
    order by p.due_at
    limit ${limit + 1}`;
  const due = rows.slice(0, limit).filter((row) => row.due_in_ms <= 0);
  const next = rows[due.length];
  return {
    due: due.map((row) => ({ tenant: row.tenant, streamId: row.stream_id, waitedMs: row.waited_ms })),
    nextInMs: next === undefined ? null : Math.max(0, Math.ceil(next.due_in_ms)),
  };
}

/** Not due before the rest of its line, so that looking for due lines does not meet those who only wait behind another. */
export function insertParked(tx: Queryable, commands: readonly CommandToPark[]): PromiseLike<unknown> {
  const rows = commands.map(({ tenant, streamId, commandId, lane, envelope, attempts, dueInMs, lastError, place }, ord) => ({
    ord,
    tenant,
    stream_id: streamId,
    command_id: commandId,
    lane,
    envelope: storable(envelope),
    attempts,
    due_in_ms: dueInMs,
    last_error: storable(lastError),
    topic: place.topic,
    partition: place.partition,
    offset: place.offset,
    appended_at_ms: place.appendedAtMs,
  }));
  return tx`
    insert into parked_commands (tenant, stream_id, command_id, lane, envelope, attempts, due_at, first_failed_at, last_error, topic, partition, "offset", appended_at_ms)
    select tenant, stream_id, command_id, lane, envelope, attempts,
      greatest(now() + due_in_ms * interval '1 millisecond',
        (select max(p.due_at) from parked_commands p where p.tenant = r.tenant and p.stream_id = r.stream_id)),
      now(), last_error, topic, partition, "offset", appended_at_ms
    from jsonb_to_recordset(${JSON.stringify(rows)}::text::jsonb) as r(ord int, tenant text, stream_id text, command_id text, lane text, envelope text,
      attempts int, due_in_ms float8, last_error text, topic text, partition int, "offset" text, appended_at_ms bigint)
    order by ord
    on conflict (tenant, command_id) do nothing`;
}

/** The whole line waits; the attempts are those of the one that failed. */
export function postpone(tx: Queryable, lines: readonly Postponement[]): PromiseLike<unknown> {
  const rows = lines.map(({ tenant, streamId, seq, attempts, lastError, dueInMs }) => ({
    tenant,
    stream_id: streamId,
    seq,
    attempts,
    last_error: storable(lastError),
    due_in_ms: dueInMs,
  }));
  return tx`
    update parked_commands p set
      due_at = now() + r.due_in_ms * interval '1 millisecond',
      attempts = case when p.seq = r.seq then r.attempts else p.attempts end,
      last_error = case when p.seq = r.seq then r.last_error else p.last_error end
    from jsonb_to_recordset(${JSON.stringify(rows)}::text::jsonb) as r(tenant text, stream_id text, seq bigint, attempts int, last_error text, due_in_ms float8)
    where p.tenant = r.tenant and p.stream_id = r.stream_id`;
}

export function deleteParked(tx: Queryable, refs: readonly ParkedRef[]): PromiseLike<unknown> {
  const rows = refs.map(({ tenant, streamId, seq }) => ({ tenant, stream_id: streamId, seq }));
  return tx`
    delete from parked_commands p
    using jsonb_to_recordset(${JSON.stringify(rows)}::text::jsonb) as r(tenant text, stream_id text, seq bigint)
    where p.tenant = r.tenant and p.stream_id = r.stream_id and p.seq = r.seq`;
}

/** A line that somebody works on at this moment is left to them: nobody waits here, holding the stream. */
export function wakeLines(tx: Queryable, refs: readonly StreamRef[]): PromiseLike<unknown> {
  return tx`
    update parked_commands w set due_at = least(w.due_at, now())
    from (
      select p.tenant, p.stream_id, p.seq
      from jsonb_to_recordset(${refRows(refs)}::text::jsonb) as r(tenant text, stream_id text)
      join parked_commands p on p.tenant = r.tenant and p.stream_id = r.stream_id
      for update of p skip locked
    ) free
    where w.tenant = free.tenant and w.stream_id = free.stream_id and w.seq = free.seq`;
}
