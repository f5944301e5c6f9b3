/**
 * The time that taking a command in may need, as one budget for all its steps: whatever is away, frozen or slow beneath, the caller hears
 * within two seconds, and knows that its idempotency key makes a repeat safe. See docs/adr/0017.
 */
import { unavailable } from '../errors.ts';

export interface Acceptance {
  /** Aborted when the time is up: what has not left by then is not sent. */
  readonly signal: AbortSignal;
  /** The step's answer. Throws ApiError (UNAVAILABLE) when the time is up: the step goes on unheard, no later step begins. */
  bound<T>(step: PromiseLike<T>): Promise<T>;
  /** Always called, or the timer stays. */
  end(): void;
}

export const notTaken = (cause?: unknown) => unavailable('the change could not be taken in; send it again with the same idempotency key', cause);

/** `timeoutMs`: from now until the caller is told. */
export function startAcceptance(timeoutMs: number): Acceptance {
  const controller = new AbortController();
  const late = Promise.withResolvers<never>();
  // Between two steps nobody listens to it.
  late.promise.catch(() => undefined);
  const timer = setTimeout(() => {
    controller.abort();
    late.reject(notTaken());
  }, timeoutMs);
  return {
    signal: controller.signal,
    bound: (step) => Promise.race([step, late.promise]),
    end: () => clearTimeout(timer),
  };
}
