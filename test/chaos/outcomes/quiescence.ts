/** Waiting until nothing moves any more: everything was taken from the log, nothing is parked, no new events come. */
import { setTimeout as delay } from 'node:timers/promises';
import { LANES } from '../../../domain/messages.ts';
import type { Sql } from '../../../platform/event-store/connect.ts';
import { createKafkaLog } from '../../../platform/log/kafka-log.ts';
import type { Log } from '../../../platform/log/log.ts';
import { commandTopic, eventTopic, groupOf } from '../../../platform/log/topics.ts';
import type { RawLog } from '../system/raw-log.ts';

/** Longer than a relay that died is missed, and than the pauses between two tries of anything. */
const STILL_MS = 6_000;
const LOOK_EVERY_MS = 500;

export interface QuiescenceParts {
  readonly brokers: string;
  readonly sql: Sql;
  readonly rawLog: RawLog;
  /** Those that consume events and run. */
  readonly roles: readonly string[];
  readonly timeoutMs: number;
}

/** True once it is quiet; false where it is not within the time: what is missing then is for the checker to say. */
export async function untilQuiet({ brokers, sql, rawLog, roles, timeoutMs }: QuiescenceParts): Promise<boolean> {
  const log = createKafkaLog({ brokers: [brokers], clientId: 'chaos-quiescence' });
  const deadlineMs = performance.now() + timeoutMs;
  let [last, sinceMs] = ['', performance.now()];
  try {
    while (performance.now() < deadlineMs) {
      const state = await lookAround(log, sql, rawLog, roles).catch((error: unknown) => ({ open: 1, mark: `cannot look: ${String(error)}` }));
      if (state.mark !== last || state.open > 0) [last, sinceMs] = [state.mark, performance.now()];
      else if (performance.now() - sinceMs > STILL_MS) return true;
      await delay(LOOK_EVERY_MS);
    }
    return false;
  } finally {
    await log.close();
  }
}

/** `open`: records and commands that wait. `mark` changes with everything that is written. */
async function lookAround(log: Log, sql: Sql, rawLog: RawLog, roles: readonly string[]): Promise<{ open: number; mark: string }> {
  const lags = await Promise.all(
    LANES.flatMap((lane) => [
      log.lag(groupOf('command-handler', lane), commandTopic(lane)),
      ...roles.map((role) => log.lag(groupOf(role, lane), eventTopic(lane))),
    ]),
  );
  const [counts] = await sql<{ parked: number; written: string }[]>`
    select (select count(*)::int from parked_commands) as parked, (select coalesce(max(position), 0)::text from events) as written`;
  const ends = await Promise.all(LANES.map((lane) => rawLog.ends(eventTopic(lane))));
  return { open: lags.reduce((sum, lag) => sum + lag, counts?.parked ?? 0), mark: [counts?.written, ...ends].join('|') };
}
