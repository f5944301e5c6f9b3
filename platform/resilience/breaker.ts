/**
 * A circuit breaker for a store that others stand in for: open behind some failures in a row, closed by the one request that tries again. Our own, as
 * cockatiel's counts by the wall clock: one that is set back by minutes keeps a store that works out of use for as long. Edge safe.
 */
export type BreakerState = 'CLOSED' | 'OPEN' | 'HALF_OPEN';

export interface BreakerOptions {
  /** Failures one behind the other before requests are refused. */
  readonly failuresMax: number;
  /** Milliseconds until one tries again. */
  readonly retryAfterMs: number;
  /** How long the others wait for what the one that tries comes to, in milliseconds. */
  readonly patienceMs: number;
}

export interface Breaker {
  /** For a request that may go, which then has to be settled; null: it may not. A promise while another one tries. */
  enter(): Pass | null | Promise<Pass | null>;
  state(): BreakerState;
}

export interface Pass {
  settle(isSuccess: boolean): void;
}

export function createBreaker({ failuresMax, retryAfterMs, patienceMs }: BreakerOptions): Breaker {
  let failures = 0;
  let openedAtMs = 0;
  let state: BreakerState = 'CLOSED';
  let trial = Promise.withResolvers<void>();

  const open = (): void => {
    state = 'OPEN';
    openedAtMs = performance.now();
  };
  const plainPass: Pass = {
    settle(isSuccess) {
      // What was sent before it opened says nothing of now.
      if (state !== 'CLOSED') return;
      failures = isSuccess ? 0 : failures + 1;
      if (failures >= failuresMax) open();
    },
  };
  const trialPass = (): Pass => {
    state = 'HALF_OPEN';
    trial = Promise.withResolvers();
    return {
      settle(isSuccess) {
        failures = 0;
        if (isSuccess) state = 'CLOSED';
        else open();
        trial.resolve();
      },
    };
  };
  const afterTrial = async (): Promise<Pass | null> => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const impatience = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, patienceMs);
    });
    await Promise.race([trial.promise, impatience]);
    clearTimeout(timer);
    return state === 'CLOSED' ? plainPass : null;
  };

  return {
    enter() {
      if (state === 'CLOSED') return plainPass;
      if (state === 'HALF_OPEN') return afterTrial();
      return performance.now() - openedAtMs < retryAfterMs ? null : trialPass();
    },
    state: () => state,
  };
}
