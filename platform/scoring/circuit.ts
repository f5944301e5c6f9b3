/**
 * The policy round every call to the AI: fallback(bulkhead(retry(breaker(timeout)))), the fallback being the scorer's, who knows the lead.
 * Why in this order: the timeout is innermost, so that each attempt is timed and a slow one counts; the breaker sees every attempt, also
 * retried ones; the retry is outside the breaker, so that it ends at once when the circuit opens; the bulkhead is outside the retry, so
 * that a call keeps its one place while it retries; and the fallback is outermost, so that whatever goes wrong within has an answer.
 */
import {
  bulkhead,
  circuitBreaker,
  CircuitState,
  DelegateBackoff,
  ExponentialBackoff,
  handleWhen,
  retry,
  timeout,
  TimeoutStrategy,
  wrap,
  type CircuitBreakerPolicy,
} from 'cockatiel';
import type { Clock } from '../clock.ts';
import { AiFailure, countsAgainstService } from './ai-failure.ts';
import type { ScorerStatus } from './scorer.ts';
import { SpendAwareBreaker } from './spend-aware-breaker.ts';
import { withDeadline } from './with-deadline.ts';

export type CircuitName = Exclude<ScorerStatus['circuit'], 'NONE'>;

export interface AiCircuitOptions {
  /** One attempt takes at most this long, and so does a call as its caller sees it. */
  readonly timeoutMs: number;
  /** How long the circuit stays open before one call tries again. */
  readonly retryAfterMs: number;
  /** How long it stays open once the budget is spent. */
  readonly spentRetryAfterMs: number;
  /** Must run with the system's time: the breaker reads that. */
  readonly clock: Clock;
  /** Told of every attempt that failed. */
  readonly onFailure: (failure: AiFailure) => void;
}

export interface AiCircuit {
  /**
   * The call's answer, or a rejection (AiFailure, or the reason of `signal`) in at most `timeoutMs`; at once while the circuit is open, while
   * another call tries it, while a limit holds or where too many wait. `call` rejects with AiFailure and heeds its signal.
   */
  run<T>(call: (signal: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<T>;
  state(): CircuitName;
  /** When the AI is tried again, milliseconds since 1970; undefined while nothing keeps it from being asked. */
  retryAtMs(): number | undefined;
  onChange(listener: (state: CircuitName) => void): void;
}

/** Calls at a time, and calls that may wait for one of these places. */
const CONCURRENCY_MAX = 8;
const QUEUE_MAX = 32;

const NAMES: Record<CircuitState, CircuitName> = {
  [CircuitState.Closed]: 'CLOSED',
  [CircuitState.Open]: 'OPEN',
  [CircuitState.Isolated]: 'OPEN',
  [CircuitState.HalfOpen]: 'HALF_OPEN',
};

export function createAiCircuit({ timeoutMs, retryAfterMs, spentRetryAfterMs, clock, onFailure }: AiCircuitOptions): AiCircuit {
  const nowMs = (): number => clock.now().getTime();
  const rules = new SpendAwareBreaker();
  let limitedUntilMs = 0;
  let openUntilMs = 0;

  const breaker: CircuitBreakerPolicy = circuitBreaker(
    // A trial that its caller gave up (no AiFailure) proved nothing: without the second half it would close the circuit.
    handleWhen((error) => countsAgainstService(error) || (breaker.state === CircuitState.HalfOpen && !(error instanceof AiFailure))),
    { breaker: rules, halfOpenAfter: new DelegateBackoff(() => Math.max(retryAfterMs, rules.spentUntilMs - nowMs())) },
  );
  breaker.onBreak(() => {
    openUntilMs = Math.max(nowMs() + retryAfterMs, rules.spentUntilMs);
  });
  const again = retry(
    handleWhen((error) => error instanceof AiFailure && error.kind === 'UNAVAILABLE'),
    { maxAttempts: 1, backoff: new ExponentialBackoff({ initialDelay: 100, maxDelay: 500 }) },
  );
  const attempts = wrap(again, breaker);
  const timed = timeout(timeoutMs, { strategy: TimeoutStrategy.Aggressive, abortOnReturn: false });
  const places = bulkhead(CONCURRENCY_MAX, QUEUE_MAX);

  /** What the breaker is not to see: a limit is no failure, and callers are not to wait for the outcome of a trial. */
  function refuseEarly(): void {
    if (nowMs() < limitedUntilMs) throw new AiFailure('NOT_ASKED', `limited until ${new Date(limitedUntilMs).toISOString()}`);
    if (breaker.state === CircuitState.HalfOpen) throw new AiFailure('NOT_ASKED', 'another call tries the circuit');
    if (breaker.state === CircuitState.Open && nowMs() < openUntilMs) throw new AiFailure('NOT_ASKED', 'the circuit is open');
  }

  async function attempt<T>(call: (signal: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<T> {
    let cut: AbortSignal | undefined;
    try {
      return await timed.execute((context) => call((cut = context.signal)), signal);
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      const failure = error instanceof AiFailure && !cut?.aborted ? error : new AiFailure('TIMED_OUT', `no answer within ${timeoutMs} ms`, { cause: error });
      if (failure.kind === 'LIMITED') limitedUntilMs = Math.max(limitedUntilMs, nowMs() + (failure.retryAfterMs ?? 0));
      if (failure.kind === 'SPENT') rules.spentUntilMs = nowMs() + spentRetryAfterMs;
      onFailure(failure);
      throw failure;
    }
  }

  return {
    async run(call, signal) {
      signal.throwIfAborted();
      refuseEarly();
      const given = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
      // The attempts get only the caller's own signal: one that waited for its place still has its full time, so that the breaker judges the service and not the queue.
      const done = places.execute(() => {
        refuseEarly();
        return attempts.execute((context) => attempt(call, context.signal ?? signal), signal);
      }, given);
      return withDeadline(done, given, () => (signal.aborted ? signal.reason : new AiFailure('NOT_ASKED', `no answer within ${timeoutMs} ms`)));
    },
    state: () => NAMES[breaker.state],
    retryAtMs() {
      if (breaker.state === CircuitState.Open) return openUntilMs;
      return nowMs() < limitedUntilMs ? limitedUntilMs : undefined;
    },
    onChange(listener) {
      breaker.onStateChange((state) => listener(NAMES[state]));
    },
  };
}
