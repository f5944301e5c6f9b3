/**
 * Every table of the write model and of the table log: the source that drizzle-kit makes the migrations from.
 * What tables cannot say (events are append-only) stands in a migration written by hand.
 */
import { sql } from 'drizzle-orm';
import { bigint, check, customType, index, integer, json, pgTable, primaryKey, text, timestamp, uniqueIndex } from 'drizzle-orm/pg-core';

const xid8 = customType<{ data: string }>({ dataType: () => 'xid8' });
const bytea = customType<{ data: Buffer }>({ dataType: () => 'bytea' });
const instant = (name: string) => timestamp(name, { withTimezone: true });

/**
 * The facts. Sorted by (tx, position) they stand in the order of commits as far as readers may see it.
 * JSON is kept as json, not jsonb: it takes every string that JavaScript can hold, \u0000 too.
 */
export const events = pgTable(
  'events',
  {
    tenant: text('tenant').notNull(),
    streamId: text('stream_id').notNull(),
    version: integer('version').notNull(),
    tx: xid8('tx')
      .notNull()
      .default(sql`pg_current_xact_id()`),
    position: bigint('position', { mode: 'bigint' }).generatedAlwaysAsIdentity().notNull(),
    schema: integer('schema').notNull(),
    type: text('type').notNull(),
    lane: text('lane').notNull(),
    commandId: text('command_id').notNull(),
    actor: json('actor').notNull(),
    /** As the command said it, to the letter. */
    at: text('at').notNull(),
    traceparent: text('traceparent'),
    /** The fact, where it holds no personal data. */
    data: json('data'),
    /** The fact under the key of its stream. */
    sealed: bytea('sealed'),
  },
  (table) => [
    primaryKey({ columns: [table.tenant, table.streamId, table.version] }),
    index('events_commit_order').on(table.tx, table.position),
    index('events_commit_order_of_lane').on(table.lane, table.tx, table.position),
    check('events_clear_or_sealed', sql`(${table.data} is null) <> (${table.sealed} is null)`),
  ],
);

/** The version of each stream, for compare and set. `previous` is the version before the last append: what the writer compares with. */
export const streams = pgTable(
  'streams',
  {
    tenant: text('tenant').notNull(),
    streamId: text('stream_id').notNull(),
    version: integer('version').notNull(),
    previous: integer('previous').notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenant, table.streamId] })],
);

/** The commands that were handled, each with its outcome. */
export const inbox = pgTable(
  'inbox',
  {
    tenant: text('tenant').notNull(),
    commandId: text('command_id').notNull(),
    outcome: json('outcome').notNull(),
    handledAt: instant('handled_at').notNull().defaultNow(),
  },
  (table) => [primaryKey({ columns: [table.tenant, table.commandId] })],
);

/**
 * Commands that could not be carried out yet, by lead: the first of each waits for its time, the later ones wait behind it (`seq`).
 * A row goes when its command has its outcome in the inbox.
 */
export const parkedCommands = pgTable(
  'parked_commands',
  {
    tenant: text('tenant').notNull(),
    streamId: text('stream_id').notNull(),
    seq: bigint('seq', { mode: 'bigint' }).generatedAlwaysAsIdentity().notNull(),
    commandId: text('command_id').notNull(),
    lane: text('lane').notNull(),
    /** The envelope as it came, to the letter. */
    envelope: text('envelope').notNull(),
    attempts: integer('attempts').notNull(),
    dueAt: instant('due_at').notNull(),
    firstFailedAt: instant('first_failed_at').notNull(),
    lastError: text('last_error').notNull(),
    /** Where in the log it stood. */
    topic: text('topic').notNull(),
    partition: integer('partition').notNull(),
    offset: text('offset').notNull(),
    appendedAtMs: bigint('appended_at_ms', { mode: 'number' }).notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenant, table.streamId, table.seq] }),
    uniqueIndex('parked_commands_command').on(table.tenant, table.commandId),
    index('parked_commands_due').on(table.dueAt),
  ],
);

/** Records that can never be handled, or were tried for too long: whole, with why and where they came from. */
export const deadLetters = pgTable(
  'dead_letters',
  {
    id: text('id').primaryKey(),
    /** Null where the record does not even say whose it is. */
    tenant: text('tenant'),
    streamId: text('stream_id'),
    commandId: text('command_id'),
    /** Of the command or the event, where it could be read. */
    type: text('type'),
    group: text('group').notNull(),
    reason: text('reason').notNull(),
    attempts: integer('attempts').notNull(),
    firstFailedAt: instant('first_failed_at').notNull(),
    at: instant('at').notNull(),
    traceparent: text('traceparent'),
    topic: text('topic').notNull(),
    partition: integer('partition').notNull(),
    offset: text('offset').notNull(),
    appendedAtMs: bigint('appended_at_ms', { mode: 'number' }).notNull(),
    key: text('key').notNull(),
    /** Null once the lead was erased. */
    value: text('value'),
    /** The value's length where only its beginning is kept. */
    cutFrom: integer('cut_from'),
    replays: integer('replays').notNull().default(0),
    replayedAt: instant('replayed_at'),
    replayedBy: text('replayed_by'),
  },
  (table) => [
    index('dead_letters_of_tenant').on(table.tenant, table.at, table.id),
    index('dead_letters_of_stream').on(table.tenant, table.streamId),
    index('dead_letters_of_command').on(table.tenant, table.commandId),
  ],
);

/** Values that one stream may own within a tenant; only their digests. */
export const uniqueClaims = pgTable(
  'unique_claims',
  {
    tenant: text('tenant').notNull(),
    name: text('name').notNull(),
    digest: text('digest').notNull(),
    streamId: text('stream_id').notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenant, table.name, table.digest] }), index('unique_claims_stream').on(table.tenant, table.streamId)],
);

/** The key of each lead. Deleting it makes the lead's facts unreadable. */
export const subjectKeys = pgTable(
  'subject_keys',
  { tenant: text('tenant').notNull(), streamId: text('stream_id').notNull(), key: bytea('key').notNull() },
  (table) => [primaryKey({ columns: [table.tenant, table.streamId] })],
);

/** Where named readers of the events are. */
export const checkpoints = pgTable('checkpoints', {
  name: text('name').primaryKey(),
  position: text('position').notNull(),
  savedAt: instant('saved_at').notNull().defaultNow(),
});

export const leases = pgTable('leases', {
  name: text('name').primaryKey(),
  holder: text('holder').notNull(),
  expiresAt: instant('expires_at').notNull(),
});

/** The table log: the next offset of each partition. Appending locks this row, so offsets have no gaps and come in the order of commits. */
export const logPartitions = pgTable(
  'log_partitions',
  {
    topic: text('topic').notNull(),
    partition: integer('partition').notNull(),
    nextOffset: bigint('next_offset', { mode: 'bigint' })
      .notNull()
      .default(sql`0`),
  },
  (table) => [primaryKey({ columns: [table.topic, table.partition] })],
);

export const logRecords = pgTable(
  'log_records',
  {
    topic: text('topic').notNull(),
    partition: integer('partition').notNull(),
    offset: bigint('offset', { mode: 'bigint' }).notNull(),
    key: text('key').notNull(),
    value: text('value').notNull(),
    headers: json('headers'),
    appendedAt: instant('appended_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.topic, table.partition, table.offset] })],
);

/** Where each group is in each partition, and which member works on it. The epoch grows with every new owner and fences the old one off. */
export const logOffsets = pgTable(
  'log_offsets',
  {
    group: text('group').notNull(),
    topic: text('topic').notNull(),
    partition: integer('partition').notNull(),
    nextOffset: bigint('next_offset', { mode: 'bigint' })
      .notNull()
      .default(sql`0`),
    owner: text('owner'),
    epoch: bigint('epoch', { mode: 'bigint' })
      .notNull()
      .default(sql`0`),
    expiresAt: instant('expires_at'),
  },
  (table) => [primaryKey({ columns: [table.group, table.topic, table.partition] })],
);

/** Who consumes, group by group; a member that stops renewing itself leaves by expiry. */
export const logMembers = pgTable(
  'log_members',
  {
    group: text('group').notNull(),
    topic: text('topic').notNull(),
    member: text('member').notNull(),
    expiresAt: instant('expires_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.group, table.topic, table.member] })],
);
