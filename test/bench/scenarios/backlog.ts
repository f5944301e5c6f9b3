/** What is still to do in the scaled size: in the log, in the events that were not relayed, in the views. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Lane } from '../../../domain/messages.ts';
import { connect, type Sql } from '../../../platform/event-store/connect.ts';
import type { Log } from '../../../platform/log/log.ts';
import { commandTopic, eventTopic, groupOf } from '../../../platform/log/topics.ts';
import { patientLog, type Environment } from '../scaled.ts';

const POLL_MS = 500;
/** Whoever answers to a change writes a command for it: nothing may turn up for this many looks. */
const QUIET_LOOKS = 3;
const EVENT_ROLES = ['projector', 'scoring', 'matching'] as const;
/** A group that never read anything: what it has before it is everything. */
const NOBODY = 'bench-nobody';

export interface Backlog {
  /** Resolves when nothing of these lanes is left to do, with what follows from it. Rejects where that takes longer. */
  untilDone(lanes: readonly Lane[], timeoutMs: number): Promise<void>;
  close(): Promise<void>;
}

/** Records, or events that are not in the log yet. What the database had before the log was made counts as relayed. */
async function leftIn(log: Log, sql: Sql, lane: Lane): Promise<number> {
  const lags = [log.lag(groupOf('command-handler', lane), commandTopic(lane)), ...EVENT_ROLES.map((role) => log.lag(groupOf(role, lane), eventTopic(lane)))];
  const inLog = (await Promise.all(lags)).reduce((sum, lag) => sum + lag, 0);
  if (inLog > 0) return inLog;
  const [row] = await sql<{ count: number }[]>`select count(*)::int as count from events where lane = ${lane}`;
  return Math.max(0, (row?.count ?? 0) - (await log.lag(NOBODY, eventTopic(lane))));
}

export function openBacklog(env: Environment): Backlog {
  const log = patientLog(env, 'bench-backlog');
  const sql = connect(env['DATABASE_URL'] ?? '', { connectionsMax: 1 });
  const left = async (lanes: readonly Lane[]): Promise<number> => {
    const counts = await Promise.all(lanes.map((lane) => leftIn(log, sql, lane)));
    return counts.reduce((sum, count) => sum + count, 0);
  };
  return {
    async untilDone(lanes, timeoutMs) {
      const deadlineMs = performance.now() + timeoutMs;
      for (let quiet = 0; quiet < QUIET_LOOKS;) {
        const open = await left(lanes);
        quiet = open === 0 ? quiet + 1 : 0;
        if (performance.now() > deadlineMs) throw new Error(`${open} records of the lanes ${lanes.join(', ')} were still to do after ${timeoutMs} ms`);
        if (quiet < QUIET_LOOKS) await delay(POLL_MS);
      }
    },
    async close() {
      await log.close();
      await sql.end({ timeout: 5 });
    },
  };
}
