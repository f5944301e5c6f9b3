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
  /** How long others wait for the one that tries, in milliseconds from its beginning: one that hangs holds nobody else up. */
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
  let state: BreakerState = 'CLOSED';
  /** Since when it is open, or one tries. */
  let sinceMs = 0;
  let trial = Promise.withResolvers<void>();
  const lastsMs = (): number => performance.now() - sinceMs;

  const open = (): void => {
    state = 'OPEN';
    sinceMs = performance.now();
    plain = plainPass();
  };
  /** One for all that go while it is closed. */
  const plainPass = (): Pass => {
    const own: Pass = {
      settle(isSuccess) {
        // What was sent before it opened says nothing of now, also when it is closed again.
        if (own !== plain) return;
        failures = isSuccess ? 0 : failures + 1;
        if (failures >= failuresMax) open();
      },
    };
    return own;
  };
  let plain = plainPass();
  const trialPass = (): Pass => {
    state = 'HALF_OPEN';
    sinceMs = performance.now();
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
      timer = setTimeout(resolve, patienceMs - lastsMs());
    });
    await Promise.race([trial.promise, impatience]);
    clearTimeout(timer);
    return state === 'CLOSED' ? plain : null;
  };

  return {
    enter() {
      if (state === 'CLOSED') return plain;
      if (state === 'HALF_OPEN') return lastsMs() < patienceMs ? afterTrial() : null;
      return lastsMs() < retryAfterMs ? null : trialPass();
    },
    state: () => state,
  };
}
