/** Scores by Claude; where it cannot be had, by an earlier AI score younger than a day (STALE), else by the rules, and says so. */
import Anthropic from '@anthropic-ai/sdk';
import { fallback, handleWhen } from 'cockatiel';
import type { Lead } from '../../domain/lead/lead.ts';
import type { Clock } from '../clock.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { AiFailure } from './ai-failure.ts';
import { createAiCircuit } from './circuit.ts';
import { createAsk } from './claude/ask.ts';
import { scoredByRules } from './rules-scorer.ts';
import type { Scored, Scorer, ScorerStatus } from './scorer.ts';
import { fromAnswer, staleScore } from './to-scored.ts';

export interface AiScorerOptions {
  readonly apiKey: string;
  /** Where the Messages API is, without a path. */
  readonly baseUrl: string;
  readonly model: string;
  /** One call takes at most this long; 30 s by domain.md. */
  readonly timeoutMs: number;
  /** How long the circuit stays open after five failures; 60 s by domain.md. */
  readonly retryAfterMs: number;
  /** Must run with the system's time. */
  readonly clock: Clock;
  readonly logger: Logger;
}

/** A budget is not refilled in a minute. */
const SPENT_RETRY_AFTER_MS = 3_600_000;

function createClient({ apiKey, baseUrl, timeoutMs }: AiScorerOptions): Anthropic {
  return new Anthropic({
    apiKey,
    baseURL: baseUrl,
    // Retries and time limits are the circuit's: two layers of them would multiply. The SDK's limit is only a net below ours.
    maxRetries: 0,
    timeout: timeoutMs + 1_000,
    // The environment could switch on traces that hold whole prompts.
    openTelemetry: false,
    logLevel: 'off',
  });
}

export function createAiScorer(options: AiScorerOptions): Scorer {
  const { timeoutMs, retryAfterMs, clock, logger, model } = options;
  const calls = { ai: 0, rules: 0, stale: 0, failed: 0 };
  const reported = new Set<number | undefined>();
  let lastError: string | undefined;

  function onFailure(failure: AiFailure): void {
    calls.failed += 1;
    lastError = failure.message;
    const { kind, status, message } = failure;
    const ours = kind === 'REFUSED' || kind === 'SPENT';
    if (!ours) return logger.warn({ kind, status, reason: message }, 'the AI gave no score');
    if (reported.has(status)) return;
    reported.add(status);
    logger.error({ kind, status, reason: message }, 'the AI refuses our calls; somebody must look at the key, the budget or the request');
  }

  const ask = createAsk({ client: createClient(options), model, clock });
  const circuit = createAiCircuit({ timeoutMs, retryAfterMs, spentRetryAfterMs: SPENT_RETRY_AFTER_MS, clock, onFailure });
  circuit.onChange((state) => logger.warn({ circuit: state, lastError }, 'the circuit to the AI changed'));

  async function byAi(lead: Lead, now: string, signal: AbortSignal): Promise<Scored> {
    const asked = await circuit.run((cut) => ask(lead, now, cut), signal);
    calls.ai += 1;
    lastError = undefined;
    reported.clear();
    return fromAnswer(asked, now);
  }

  function behindAi(lead: Lead, now: string): Scored {
    const stale = staleScore(lead, now);
    calls[stale ? 'stale' : 'rules'] += 1;
    return stale ?? scoredByRules(lead, now, true);
  }

  function status(): ScorerStatus {
    const retryAtMs = circuit.retryAtMs();
    return {
      name: model,
      circuit: circuit.state(),
      ...(lastError === undefined ? {} : { lastError }),
      ...(retryAtMs === undefined ? {} : { retryAt: new Date(retryAtMs).toISOString() }),
      calls: { ...calls },
    };
  }

  return {
    async score(lead, now, signal) {
      signal.throwIfAborted();
      const policy = fallback(
        handleWhen(() => !signal.aborted),
        () => behindAi(lead, now),
      );
      return policy.execute(() => byAi(lead, now, signal));
    },
    status,
    onCircuitChange: (listener) => circuit.onChange(listener),
  };
}
