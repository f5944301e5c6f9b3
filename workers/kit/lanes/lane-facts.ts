/** What a role's health says of its lanes: how far each is behind, who works, what was finished and what failed. */
import type { Lane } from '../../../domain/messages.ts';
import { LANES } from '../../../domain/messages.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { LogBatch } from '../../../platform/log/log.ts';
import type { RoleHealth } from '../role.ts';
import type { LanePool } from './lanes.ts';

export interface LaneFacts {
  /** Counts the batch as in flight while `work` runs, which tells of each slice that is finished. */
  watch(lane: Lane, batch: LogBatch, work: (onFinished: (slice: LogBatch) => void) => Promise<void>): Promise<void>;
  failed(byDeadline: boolean): void;
  /**
   * `<lane>_oldest_ms`: the age of the oldest record that was handed out and is not finished, 0 where there is none; the best measure of being
   * behind. `<lane>_slots`: slots in use, by all roles that share them. Totals since the start.
   */
  facts(): RoleHealth['facts'];
}

export function createLaneFacts(pool: LanePool, clock: Clock): LaneFacts {
  const totals = { handled_total: 0, slices_total: 0, errors_total: 0, deadlines_total: 0 };
  /** When the log took the oldest unfinished record of each batch in flight. */
  const oldest: Readonly<Record<Lane, Map<LogBatch, number>>> = { hot: new Map(), warm: new Map(), cold: new Map() };

  const ageMs = (lane: Lane): number => {
    const appendedAtMs = Math.min(...oldest[lane].values());
    return appendedAtMs === Infinity ? 0 : Math.max(0, clock.now().getTime() - appendedAtMs);
  };
  return {
    async watch(lane, batch, work) {
      let done = 0;
      const note = (): void => void oldest[lane].set(batch, batch.records[done]?.appendedAtMs ?? Infinity);
      note();
      try {
        await work(({ records }) => {
          done += records.length;
          totals.handled_total += records.length;
          totals.slices_total += 1;
          note();
        });
      } finally {
        oldest[lane].delete(batch);
      }
    },
    failed(byDeadline) {
      totals.errors_total += 1;
      if (byDeadline) totals.deadlines_total += 1;
    },
    facts: () => ({
      ...totals,
      ...Object.fromEntries(LANES.flatMap((lane) => [[`${lane}_oldest_ms`, ageMs(lane)] as const, [`${lane}_slots`, pool.inUse(lane)] as const])),
    }),
  };
}
