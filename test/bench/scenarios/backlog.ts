/** What is still to do in the scaled size: in the log, in the events that were not relayed, in the views. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Lane } from '../../../domain/messages.ts';
import { connect, type Sql } from '../../../platform/event-store/connect.ts';
import type { Log } from '../../../platform/log/log.ts';
import { commandTopic, eventTopic, groupOf } from '../../../platform/log/topics.ts';
import { laneCheckpoint } from '../../../workers/relay/lane.ts';
import { patientLog, type Environment } from '../scaled.ts';

const POLL_MS = 500;
/** Whoever answers to a change writes a command for it: nothing may turn up for this many looks. */
const QUIET_LOOKS = 3;
const EVENT_ROLES = ['projector', 'scoring', 'matching'] as const;

export interface Backlog {
  /** Resolves when nothing of these lanes is left to do, with what follows from it. Rejects where that takes longer. */
  untilDone(lanes: readonly Lane[], timeoutMs: number): Promise<void>;
  close(): Promise<void>;
}

/** True where the lane's last event is behind the relay's place. Looked up, not counted: who counts a million events holds up what is timed. */
async function isUnrelayed(sql: Sql, lane: Lane): Promise<boolean> {
  const [row] = await sql<{ unrelayed: boolean }[]>`
    select (tx::text || ':' || position::text) is distinct from (select position from checkpoints where name = ${laneCheckpoint(lane)}) as unrelayed
    from events where lane = ${lane} order by lane desc, tx desc, position desc limit 1`;
  return row?.unrelayed ?? false;
}

/** Records, or 1 where events are not in the log yet. */
async function leftIn(log: Log, sql: Sql, lane: Lane): Promise<number> {
  const lags = [log.lag(groupOf('command-handler', lane), commandTopic(lane)), ...EVENT_ROLES.map((role) => log.lag(groupOf(role, lane), eventTopic(lane)))];
  const inLog = (await Promise.all(lags)).reduce((sum, lag) => sum + lag, 0);
  return inLog > 0 ? inLog : Number(await isUnrelayed(sql, lane));
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
