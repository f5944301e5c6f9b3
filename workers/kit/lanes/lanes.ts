/** The lanes of one process: which had work a moment ago, and the slots in which its roles work. See docs/adr/0012. */
import { LANES, type Lane } from '../../../domain/messages.ts';
import { createLaneSlots, fasterThan, type LaneSlots, type Shares } from './lane-slots.ts';

/** More than these hardly gain throughput on one thread and hold more memory. */
const SHARES: Shares = { hot: 6, warm: 3, cold: 1 };
/** Beside a faster lane that works: with the lane's own slot, one slice computes while another waits for the database or Redis. */
const BORROWED_BESIDE_MAX = 1;
/**
 * How long after its last work a lane counts as awake: who works with hot leads sends a command now and then, not without a pause, and what is
 * under way when it comes cannot be cut any more.
 */
const AWAKE_MS = 30_000;
/** A lane with more records than these in one batch has a crowd of its own: its commands wait for one another, whatever the others do. */
const CROWD_MIN = 64;
/** The last batch of a crowd is small. */
const CROWDED_MS = 1_000;

/** Slots that some roles share. */
export interface LanePool {
  /**
   * Runs `work` on `records` of the lane (those of the batch that are not finished) in a slot of it, told whether a faster lane beside it is awake
   * and gains by small slices: one with a crowd of its own does not. Rejects as `work` does, and with the signal's reason where that aborts before
   * a slot was free.
   */
  run<T>(lane: Lane, records: number, signal: AbortSignal, work: (beside: boolean) => Promise<T>): Promise<T>;
  /** Slots of the lane in which somebody works. */
  inUse(lane: Lane): number;
}

export interface Lanes {
  /** Those that the consumers of this process take from; others do so for the rest. */
  readonly own: readonly Lane[];
  /** For the roles whose handlers are short. */
  readonly shared: LanePool;
  /** Slots of its own for a role whose handlers are long: they must not hold those of the others. */
  newPool(): LanePool;
}

export interface LanesOptions {
  /** All where absent. */
  readonly own?: readonly Lane[] | undefined;
  /** Any clock that only goes forward. */
  readonly nowMs?: (() => number) | undefined;
}

export function createLanes({ own = LANES, nowMs = () => performance.now() }: LanesOptions = {}): Lanes {
  const activity = createActivity(nowMs, own);
  const poolOf = (slots: LaneSlots): LanePool => ({
    inUse: (lane) => slots.inUse(lane),
    async run(lane, records, signal, work) {
      const end = activity.begin(lane, records);
      try {
        await enter(slots, lane, signal);
        try {
          return await work(activity.isBeside(lane));
        } finally {
          slots.leave(lane);
        }
      } finally {
        end();
      }
    },
  });
  // What works in another process needs the database as much.
  const worksInAnother = (lane: Lane): boolean => !own.includes(lane);
  const shared = createLaneSlots({ shares: SHARES, borrowedBesideMax: BORROWED_BESIDE_MAX, worksElsewhere: worksInAnother });
  const newSlots = (): LaneSlots =>
    createLaneSlots({
      shares: SHARES,
      borrowedBesideMax: BORROWED_BESIDE_MAX,
      worksElsewhere: (lane) => worksInAnother(lane) || shared.inUse(lane) > 0,
    });
  return { own, shared: poolOf(shared), newPool: () => poolOf(newSlots()) };
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

/** Who works, or did so a moment ago. */
function createLately(nowMs: () => number, forMs: number) {
  const working: Record<Lane, number> = { hot: 0, warm: 0, cold: 0 };
  const endedMs: Record<Lane, number> = { hot: -Infinity, warm: -Infinity, cold: -Infinity };
  return {
    begin: (lane: Lane): void => void (working[lane] += 1),
    end(lane: Lane): void {
      working[lane] -= 1;
      endedMs[lane] = nowMs();
    },
    is: (lane: Lane): boolean => working[lane] > 0 || nowMs() - endedMs[lane] < forMs,
  };
}

/** What works in another process is taken for awake: Redis and the database are one for all. */
function createActivity(nowMs: () => number, own: readonly Lane[]) {
  const awake = createLately(nowMs, AWAKE_MS);
  const crowded = createLately(nowMs, CROWDED_MS);
  return {
    /** The answer tells that it has ended. */
    begin(lane: Lane, records: number): () => void {
      const kinds = records > CROWD_MIN ? [awake, crowded] : [awake];
      for (const kind of kinds) kind.begin(lane);
      return () => {
        for (const kind of kinds) kind.end(lane);
      };
    },
    isBeside: (lane: Lane): boolean => fasterThan(lane).some((faster) => !own.includes(faster) || (awake.is(faster) && !crowded.is(faster))),
  };
}
