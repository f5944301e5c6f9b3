/** The lanes of one process: which had work a moment ago, and the slots in which its roles work. See docs/adr/0012. */
import type { Lane } from '../../../domain/messages.ts';
import { createLaneSlots, fasterThan, type LaneSlots, type Shares } from './lane-slots.ts';

/** More than these hardly gain throughput on one thread and hold more memory. */
const SHARES: Shares = { hot: 6, warm: 3, cold: 1 };
/** Beside a faster lane that works: enough that one slice computes while others wait for the database, few enough that the thread is soon free. */
const BORROWED_BESIDE_MAX = 3;
/**
 * How long after its last work a lane counts as awake: who works with hot leads sends a command now and then, not without a pause, and what is
 * under way when it comes cannot be cut any more.
 */
const AWAKE_MS = 30_000;

/** Slots that some roles share. */
export interface LanePool {
  /**
   * Runs `work` in a slot of the lane, told whether a faster lane is awake beside it. Rejects as `work` does, and with the signal's reason where
   * that aborts before a slot was free.
   */
  run<T>(lane: Lane, signal: AbortSignal, work: (beside: boolean) => Promise<T>): Promise<T>;
  /** Slots of the lane in which somebody works. */
  inUse(lane: Lane): number;
}

export interface Lanes {
  /** For the roles whose handlers are short. */
  readonly shared: LanePool;
  /** Slots of its own for a role whose handlers are long: they must not hold those of the others. */
  newPool(): LanePool;
}

/** `nowMs`: any clock that only goes forward. */
export function createLanes(nowMs: () => number = () => performance.now()): Lanes {
  const activity = createActivity(nowMs);
  const poolOf = (slots: LaneSlots): LanePool => ({
    inUse: (lane) => slots.inUse(lane),
    async run(lane, signal, work) {
      activity.begin(lane);
      try {
        await enter(slots, lane, signal);
        try {
          return await work(activity.isBeside(lane));
        } finally {
          slots.leave(lane);
        }
      } finally {
        activity.end(lane);
      }
    },
  });
  const shared = createLaneSlots({ shares: SHARES, borrowedBesideMax: BORROWED_BESIDE_MAX });
  const newSlots = (): LaneSlots =>
    createLaneSlots({ shares: SHARES, borrowedBesideMax: BORROWED_BESIDE_MAX, worksElsewhere: (lane) => shared.inUse(lane) > 0 });
  return { shared: poolOf(shared), newPool: () => poolOf(newSlots()) };
}

function enter(slots: LaneSlots, lane: Lane, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const giveUp = (): void => {
      leaveLine();
      reject(signal.reason);
    };
    signal.addEventListener('abort', giveUp, { once: true });
    const leaveLine = slots.request(lane, () => {
      signal.removeEventListener('abort', giveUp);
      resolve();
    });
  });
}

function createActivity(nowMs: () => number) {
  const working: Record<Lane, number> = { hot: 0, warm: 0, cold: 0 };
  const endedMs: Record<Lane, number> = { hot: -Infinity, warm: -Infinity, cold: -Infinity };
  const isAwake = (lane: Lane): boolean => working[lane] > 0 || nowMs() - endedMs[lane] < AWAKE_MS;
  return {
    begin: (lane: Lane): void => void (working[lane] += 1),
    end(lane: Lane): void {
      working[lane] -= 1;
      endedMs[lane] = nowMs();
    },
    isBeside: (lane: Lane): boolean => fasterThan(lane).some(isAwake),
  };
}
