/** One loop serves all consumers of a process, so that eighteen of them ask the database no more than one would. */
import type { Sql } from '../../event-store/connect.ts';
import { createWakeUp } from '../../event-store/wake-up.ts';
import { toLogError } from './append.ts';
import type { GroupMember } from './group-member.ts';
import { selectEnds } from './queries.ts';
import { fetchRound, leaseRound, loseExpired, type KnownEnds } from './rounds.ts';

export interface LoopOptions {
  readonly sql: Sql;
  readonly members: ReadonlySet<GroupMember>;
  readonly ends: KnownEnds;
  readonly leaseMs: number;
  /** Without a ring the ends of the partitions are looked up this often. */
  readonly pollMs: number;
  /** Tells the other processes that partitions are free. */
  announce(): Promise<void>;
}

export interface Loop {
  /** Runs the loop while there are members; returns at once. */
  run(): void;
  /** `where`: 'here' an end is known already, 'elsewhere' ends must be looked up, 'members' who owns what must be. */
  ring(where: 'here' | 'elsewhere' | 'members'): void;
  /** The lease round that is running or the next one; rejects with its error. */
  nextLeaseRound(): Promise<void>;
}

const ERROR_PAUSE_MIN_MS = 100;
const ERROR_PAUSE_MAX_MS = 5_000;

export function createLoop(options: LoopOptions): Loop {
  const { sql, members, ends, leaseMs } = options;
  const wakeUp = createWakeUp();
  const never = new AbortController().signal;
  const leaseEveryMs = Math.min(1_000, leaseMs / 4);
  let running = false;
  let failures = 0;
  let leasesDueMs = 0;
  let endsDueMs = 0;
  let waitingForLeases: PromiseWithResolvers<void>[] = [];

  const round = async (): Promise<void> => {
    const all = [...members];
    if (performance.now() >= leasesDueMs) {
      leasesDueMs = performance.now() + leaseEveryMs;
      const waiting = waitingForLeases;
      waitingForLeases = [];
      try {
        if (await leaseRound(sql, all, leaseMs)) await options.announce();
        for (const { resolve } of waiting) resolve();
      } catch (error) {
        for (const { reject } of waiting) reject(error);
        throw error;
      }
    }
    if (performance.now() >= endsDueMs) {
      ends.learn(await selectEnds(sql));
      endsDueMs = performance.now() + options.pollMs;
    }
    await fetchRound(sql, all, ends);
  };

  const afterError = (error: unknown): number => {
    loseExpired([...members], leaseMs);
    for (const member of members) member.options.onError(toLogError(error));
    return Math.min(ERROR_PAUSE_MAX_MS, ERROR_PAUSE_MIN_MS * 2 ** failures++);
  };

  const loop = async (): Promise<void> => {
    while (members.size > 0) {
      wakeUp.beginLooking();
      try {
        await round();
        failures = 0;
        await wakeUp.wait(Math.max(1, Math.min(endsDueMs, leasesDueMs) - performance.now()), never);
      } catch (error) {
        const pauseMs = afterError(error);
        leasesDueMs = 0;
        endsDueMs = 0;
        await new Promise((resolve) => setTimeout(resolve, pauseMs));
      }
    }
    running = false;
  };

  return {
    run() {
      if (running) return;
      running = true;
      void loop();
    },
    ring(where) {
      if (where === 'members') leasesDueMs = 0;
      if (where === 'elsewhere') endsDueMs = 0;
      wakeUp.ring();
    },
    nextLeaseRound() {
      const waiting = Promise.withResolvers<void>();
      waitingForLeases.push(waiting);
      leasesDueMs = 0;
      wakeUp.ring();
      return waiting.promise;
    },
  };
}
