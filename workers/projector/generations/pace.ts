/** Long work beside people who read: steps, each under the lease, with pauses that leave the machine to them. */
import { setTimeout as delay } from 'node:timers/promises';
import type { GenerationPorts } from './pointer.ts';

/** One builder at a time, and one who clears away beside it. */
export type PaceLease = 'rebuild' | 'clear-away';
const LOOK_AGAIN_MS = 100;
/** A builder that does not come to its next step for this long is taken for dead. */
const LEASE_TTL_MS = 15_000;

export interface PaceOptions {
  /** The part of the time that work takes at most, from above 0 to 1: the rest is pauses. */
  readonly duty: number;
  /** Streams per second at most; no limit of its own if absent. */
  readonly ratePerSecond?: number | undefined;
  /** How long to wait for another process to give the lease up; 0 if absent. */
  readonly waitMs?: number | undefined;
  /** Aborts between two steps. */
  readonly signal: AbortSignal;
}

export interface Pace {
  /** Does one step of about so many streams, then pauses. Rejects where the lease was lost, or with the signal's reason. */
  step<T>(streams: number, work: () => Promise<T>): Promise<T>;
  /** Waits without working. */
  pause(ms: number): Promise<void>;
  end(): Promise<void>;
}

/** Another process builds, or took over. */
export class NotTheBuilderError extends Error {
  override readonly name = 'NotTheBuilderError';
}

/** Takes the lease; throws a NotTheBuilderError where another process has it. */
export async function beginPace({ leases, logger, instance }: GenerationPorts, lease: PaceLease, options: PaceOptions): Promise<Pace> {
  const { duty, ratePerSecond, waitMs = 0, signal } = options;
  const holder = `${instance}:${lease}`;
  const hold = async (): Promise<void> => {
    signal.throwIfAborted();
    if (!(await leases.hold(lease, holder, LEASE_TTL_MS))) throw new NotTheBuilderError('another process is at it');
  };
  const pause = async (ms: number): Promise<void> => {
    if (ms > 0) await delay(ms, undefined, { signal }).catch(() => signal.throwIfAborted());
  };
  for (const deadlineMs = performance.now() + waitMs; ;) {
    try {
      await hold();
      break;
    } catch (error) {
      if (!(error instanceof NotTheBuilderError) || performance.now() >= deadlineMs) throw error;
      await pause(LOOK_AGAIN_MS);
    }
  }
  return {
    async step(streams, work) {
      await hold();
      const startedAt = performance.now();
      const done = await work();
      const tookMs = performance.now() - startedAt;
      const owedMs = ratePerSecond === undefined ? 0 : (streams / ratePerSecond) * 1_000 - tookMs;
      await pause(Math.max(owedMs, tookMs * (1 / duty - 1)));
      return done;
    },
    pause,
    async end() {
      await leases.release(lease, holder).catch((error: unknown) => logger.warn({ error }, 'the lease could not be given back; it runs out by itself'));
    },
  };
}
