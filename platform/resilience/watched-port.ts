/**
 * Requests to a store, counted, and not sent while the last ones failed: whoever can do without an answer (another layer, something that is held on)
 * does not wait for a timeout each time. One request a moment tries whether it is back, and the others of that moment wait for it, though not long.
 */
import { createBreaker, type BreakerState } from './breaker.ts';

/** Since the start. */
export interface PortFacts {
  readonly requests: number;
  /** Views that were asked for by id. */
  readonly keys: number;
  /** Of these there was none. */
  readonly missed: number;
  readonly failed: number;
  /** Not sent, because the last ones had failed. */
  readonly skipped: number;
}

export type PortCircuit = BreakerState;

export interface Request<T> {
  readonly send: () => Promise<T>;
  /** Views that it asks for by id; 0 if absent. */
  readonly keys?: number | undefined;
  /** How many of them are not there. */
  readonly missed?: ((answer: T) => number) | undefined;
}

export interface WatchedPort {
  /** The answer or the error of `send`; `refused()` where it is not sent. */
  ask<T>(request: Request<T>): Promise<T>;
  facts(): PortFacts;
  circuit(): PortCircuit;
}

export interface WatchedPortOptions {
  /** What is thrown in place of a request. */
  readonly refused: () => Error;
  /** Failures one behind the other before requests are refused; 5 if absent: what fails for one view is no outage. */
  readonly failuresMax?: number | undefined;
  /** Milliseconds until one tries again; 1,000 if absent. */
  readonly retryAfterMs?: number | undefined;
}

/** A store that is back answers sooner; what is not answered by then is not waited for. */
const TRIAL_PATIENCE_MS = 100;

export function watchPort({ refused, failuresMax = 5, retryAfterMs = 1_000 }: WatchedPortOptions): WatchedPort {
  const breaker = createBreaker({ failuresMax, retryAfterMs, patienceMs: TRIAL_PATIENCE_MS });
  const counts = { requests: 0, keys: 0, missed: 0, failed: 0, skipped: 0 };
  return {
    async ask({ send, keys = 0, missed }) {
      const entering = breaker.enter();
      // What may go goes in this moment: requests of one moment are sent together.
      const pass = entering instanceof Promise ? await entering : entering;
      if (pass === null) {
        counts.skipped += 1;
        throw refused();
      }
      counts.requests += 1;
      counts.keys += keys;
      let isSuccess = false;
      try {
        const answer = await send();
        isSuccess = true;
        if (missed !== undefined) counts.missed += missed(answer);
        return answer;
      } finally {
        pass.settle(isSuccess);
        if (!isSuccess) counts.failed += 1;
      }
    },
    facts: () => ({ ...counts }),
    circuit: () => breaker.state(),
  };
}

export const nullsIn = (views: readonly unknown[]): number => views.reduce<number>((sum, view) => (view === null ? sum + 1 : sum), 0);
