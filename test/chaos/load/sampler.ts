/** Looks at rows of the events table while the run goes on, to compare them with what stands there at its end. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Sql } from '../../../platform/event-store/connect.ts';
import type { History, Sample } from '../history.ts';

const EVERY_MS = 2_000;
const ROWS = 20;
const EVENTS_MAX_AGO = 2_000;

/** The newest rows and some before them. Until it is stopped; a database that is away is asked again. */
export async function runSampler(sql: Sql, history: History, stop: AbortSignal): Promise<void> {
  while (!stop.aborted) {
    await delay(EVERY_MS, undefined, { signal: stop }).catch(() => undefined);
    history.samples.push(...(await newestSamples(sql).catch(() => [])));
  }
}

/** Every column counts. */
const newestSamples = (sql: Sql): Promise<Sample[]> =>
  sql<{ id: string; hash: string }[]>`
    select e.stream_id || '@' || e.version as id, md5(e::text) as hash
    from (select * from (select * from events order by tx desc, position desc limit ${EVENTS_MAX_AGO}) newest order by random() limit ${ROWS}) e`.then((rows) =>
    rows.map(({ id, hash }) => ({ eventId: id, hash })),
  );

/** The same rows as they stand now, by the event's id. */
export async function hashesOf(sql: Sql, tenant: string, eventIds: readonly string[]): Promise<Map<string, string>> {
  const rows = await sql<{ id: string; hash: string }[]>`
    select e.stream_id || '@' || e.version as id, md5(e::text) as hash
    from jsonb_array_elements_text(${JSON.stringify(eventIds)}::text::jsonb) wanted(id)
    join events e on e.tenant = ${tenant} and e.stream_id = split_part(wanted.id, '@', 1) and e.version = split_part(wanted.id, '@', 2)::int`;
  return new Map(rows.map(({ id, hash }) => [id, hash]));
}
