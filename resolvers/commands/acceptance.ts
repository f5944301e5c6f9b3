/**
 * The time that taking a command in may need, as one budget for all its steps: whatever is away, frozen or slow beneath, the caller hears
 * within two seconds, and knows that its idempotency key makes a repeat safe. See docs/adr/0017.
 */
import type { Patience } from '../../platform/log/log.ts';
import { unavailable } from '../errors.ts';

export interface Acceptance {
  /** Aborted when the time is up: what has not left by then is not sent. */
  readonly signal: Patience;
  /** The step's answer. Throws ApiError (UNAVAILABLE) when the time is up: the step goes on unheard, no later step begins. */
  bound<T>(step: PromiseLike<T>): Promise<T>;
  /** Always called, or the timer stays. */
  end(): void;
}

export const notTaken = (cause?: unknown) => unavailable('the change could not be taken in; send it again with the same idempotency key', cause);

/** `timeoutMs`: from now until the caller is told. */
export const startAcceptance = (timeoutMs: number): Acceptance => new Budget(timeoutMs);

/** No AbortController, and no race between promises: with those the time limit was an eighth of all that taking a command in costs a gateway (docs/benchmarks.md). */
class Budget implements Acceptance, Patience {
  aborted = false;
  readonly #timer: ReturnType<typeof setTimeout>;
  /** What to do when the time is up. */
  #acts: (() => void)[] = [];

  constructor(timeoutMs: number) {
    this.#timer = setTimeout(() => {
      this.aborted = true;
      for (const act of this.#acts) act();
    }, timeoutMs);
  }

  get signal(): Patience {
    return this;
  }

  bound<T>(step: PromiseLike<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const giveUp = (): void => reject(notTaken());
      if (this.aborted) giveUp();
      this.#acts.push(giveUp);
      step.then(resolve, reject);
    });
  }

  end(): void {
    clearTimeout(this.#timer);
  }

  addEventListener(_type: 'abort', act: () => void): void {
    this.#acts.push(act);
  }

  removeEventListener(_type: 'abort', act: () => void): void {
    this.#acts = this.#acts.filter((other) => other !== act);
  }
}
