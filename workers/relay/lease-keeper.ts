/** Holds a lease by the clock: renewed in the background, so that the work under it asks nobody at each step. */
import { createWakeUp } from '../../platform/event-store/wake-up.ts';
import type { Leases } from '../../platform/event-store/leases.ts';
import type { Logger } from '../../platform/telemetry/logger.ts';
import { createLoop, type Loop } from '../kit/loop.ts';

export interface LeaseKeeper extends Loop {
  /** True while nobody else can have the lease. Costs nothing. False early: a quarter of the lease's time is left for a step that began under it. */
  holds(): boolean;
  /** Resolves once it is held (or may be), or when the signal aborts. Never rejects. */
  untilHeld(signal: AbortSignal): Promise<void>;
  /** There is a sign that somebody else had it: holds nothing until the database says so again, and asks at once. */
  doubt(): void;
  /** Asks no more and gives it back. End the work under it first. */
  stop(): Promise<void>;
}

export interface LeaseKeeperOptions {
  readonly leases: Leases;
  readonly logger: Logger;
  readonly name: string;
  readonly holder: string;
  /** Another process may take it this long after the last renewal. Renewed three times as often. */
  readonly ttlMs: number;
  /** How long one without the lease waits before it asks again. */
  readonly standbyMs: number;
  /** False where the work under it hangs: then it is not renewed, and another process may try. */
  readonly works: () => boolean;
}

const CHECK_MS = 1_000;
/** Of the lease's time. The rest is for a step that began under it to end. */
const SAFE_SHARE = 0.75;

export function keepLease({ leases, logger, name, holder, ttlMs, standbyMs, works }: LeaseKeeperOptions): LeaseKeeper {
  const gained = createWakeUp();
  const doubted = createWakeUp();
  let safeUntilMs = 0;
  const holds = (): boolean => performance.now() < safeUntilMs;
  const loop = createLoop(logger, `${name}: lease`, async (signal) => {
    doubted.beginLooking();
    // From before the question: the database's time began to run after it.
    const askedAtMs = performance.now();
    const held = works() && (await leases.hold(name, holder, ttlMs));
    safeUntilMs = held ? askedAtMs + ttlMs * SAFE_SHARE : 0;
    if (holds()) gained.ring();
    await doubted.wait(held ? ttlMs / 3 : standbyMs, signal);
    return { pauseMs: 0 };
  });
  return {
    holds,
    untilHeld(signal) {
      gained.beginLooking();
      return holds() ? Promise.resolve() : gained.wait(CHECK_MS, signal);
    },
    doubt() {
      safeUntilMs = 0;
      doubted.ring();
    },
    health: () => loop.health(),
    async stop() {
      await loop.stop();
      safeUntilMs = 0;
      await leases
        .release(name, holder)
        .catch((error: unknown) => logger.warn({ error, lease: name }, 'the lease could not be given back; it runs out by itself'));
    },
  };
}
