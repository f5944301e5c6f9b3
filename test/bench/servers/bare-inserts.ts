/**
 * The same rows as a worker wrote, inserted by the same client library with nothing around it: batches of commands, one transaction each, statements
 * pipelined, one JSON parameter a statement. Arguments: database to read the rows from, database to write to, connections.
 */
import { connect, type Queryable } from '../../../platform/event-store/connect.ts';
import { writeRate, type WriteRate } from '../scenarios/write-rate.ts';

const BATCH = 500;
const [, , from = '', to = '', connections = '1'] = process.argv;

interface Row {
  readonly tenant: string;
}
interface StreamRow extends Row {
  readonly stream_id: string;
}
interface CommandRow extends Row {
  readonly command_id: string;
  readonly outcome: { readonly streamId: string };
}
interface EventRow extends StreamRow {
  readonly command_id: string;
}
/** What one transaction writes. */
interface Batch {
  readonly inbox: readonly CommandRow[];
  readonly events: readonly EventRow[];
  readonly streams: readonly StreamRow[];
  readonly keys: readonly StreamRow[];
  readonly claims: readonly StreamRow[];
}

async function readBatches(): Promise<Batch[]> {
  const sql = connect(from, { connectionsMax: 1 });
  const inbox = await sql<CommandRow[]>`select tenant, command_id, outcome from inbox order by handled_at, command_id`;
  const events = await sql<EventRow[]>`
    select tenant, stream_id, version, schema, type, lane, command_id, actor, at, traceparent, data, encode(sealed, 'base64') as sealed from events order by position`;
  const streams = await sql<StreamRow[]>`select tenant, stream_id, version, previous from streams`;
  const keys = await sql<StreamRow[]>`select tenant, stream_id, encode(key, 'base64') as key from subject_keys`;
  const claims = await sql<StreamRow[]>`select tenant, name, digest, stream_id from unique_claims`;
  await sql.end();
  return intoBatches({ inbox: [...inbox], events: [...events], streams: [...streams], keys: [...keys], claims: [...claims] });
}

/** A command's events go with it; what a stream has once goes with its first command. */
function intoBatches({ inbox, events, streams, keys, claims }: Batch): Batch[] {
  const eventsOf = Map.groupBy(events, ({ command_id: id }) => id);
  const seen = new Set<string>();
  const batches: Batch[] = [];
  for (let start = 0; start < inbox.length; start += BATCH) {
    const commands = inbox.slice(start, start + BATCH);
    const fresh = new Set(commands.map(({ outcome }) => outcome.streamId).filter((id) => !seen.has(id)));
    for (const id of fresh) seen.add(id);
    const isFresh = ({ stream_id: id }: StreamRow): boolean => fresh.has(id);
    batches.push({
      inbox: commands,
      events: commands.flatMap(({ command_id: id }) => eventsOf.get(id) ?? []),
      streams: streams.filter(isFresh),
      keys: keys.filter(isFresh),
      claims: claims.filter(isFresh),
    });
  }
  return batches;
}

const json = (rows: readonly Row[]): string => JSON.stringify(rows);

const insertBatch = (tx: Queryable, batch: Batch): Promise<unknown> =>
  Promise.all([
    tx`insert into streams (tenant, stream_id, version, previous)
      select * from json_to_recordset(${json(batch.streams)}::text::json) as r(tenant text, stream_id text, version int, previous int)`,
    tx`insert into subject_keys (tenant, stream_id, key)
      select tenant, stream_id, decode(key, 'base64') from json_to_recordset(${json(batch.keys)}::text::json) as r(tenant text, stream_id text, key text)`,
    tx`insert into events (tenant, stream_id, version, schema, type, lane, command_id, actor, at, traceparent, data, sealed)
      select tenant, stream_id, version, schema, type, lane, command_id, actor, at, traceparent, data, decode(sealed, 'base64')
      from json_to_recordset(${json(batch.events)}::text::json) as r(tenant text, stream_id text, version int, schema int, type text, lane text,
        command_id text, actor json, at text, traceparent text, data json, sealed text)`,
    tx`insert into unique_claims (tenant, name, digest, stream_id)
      select * from json_to_recordset(${json(batch.claims)}::text::json) as r(tenant text, name text, digest text, stream_id text)`,
    tx`insert into inbox (tenant, command_id, outcome)
      select * from json_to_recordset(${json(batch.inbox)}::text::json) as r(tenant text, command_id text, outcome json)`,
  ]);

const waiting = await readBatches();
const sql = connect(to, { connectionsMax: Number(connections) });
const startedCpu = process.cpuUsage();
const commands = waiting.reduce((sum, { inbox }) => sum + inbox.length, 0);
await Promise.all(
  Array.from({ length: Number(connections) }, async () => {
    for (let batch = waiting.shift(); batch !== undefined; batch = waiting.shift()) {
      const next = batch;
      await sql.begin((tx) => insertBatch(tx, next));
    }
  }),
);
const { user, system } = process.cpuUsage(startedCpu);
const rate: WriteRate = { commandsPerSecond: await writeRate(sql), clientMicrosPerCommand: (user + system) / commands };
await sql.end();
process.stdout.write(`${JSON.stringify(rate)}\n`);
process.disconnect();
