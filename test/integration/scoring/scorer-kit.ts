/** A scorer in front of its own stub, with everything that was logged. */
import { onTestFinished } from 'vitest';
import type { Lead } from '../../../domain/lead/lead.ts';
import { systemClock } from '../../../platform/clock.ts';
import { createAiScorer } from '../../../platform/scoring/ai-scorer.ts';
import type { Scored, Scorer, ScorerStatus } from '../../../platform/scoring/scorer.ts';
import { silentLogger, type Logger } from '../../../platform/telemetry/logger.ts';
import { aLead } from '../../support/a-lead.ts';
import { startClaudeStub, type ClaudeStub } from '../../support/claude-stub.ts';

export interface ScorerKit {
  readonly stub: ClaudeStub;
  readonly scorer: Scorer;
  readonly errors: object[];
  readonly circuits: ScorerStatus['circuit'][];
  readonly score: (lead?: Lead, signal?: AbortSignal) => Promise<Scored>;
}

export async function scorerKit(options: { readonly timeoutMs?: number; readonly retryAfterMs?: number } = {}): Promise<ScorerKit> {
  const stub = await startClaudeStub();
  onTestFinished(() => stub.stop());
  const errors: object[] = [];
  const logger: Logger = { ...silentLogger, error: (fields) => void errors.push(fields) };
  const { timeoutMs = 20_000, retryAfterMs = 60_000 } = options;
  const scorer = createAiScorer({ apiKey: 'test-key', baseUrl: stub.url, model: 'claude-haiku-4-5', timeoutMs, retryAfterMs, clock: systemClock, logger });
  const circuits: ScorerStatus['circuit'][] = [];
  scorer.onCircuitChange((circuit) => circuits.push(circuit));
  const score: ScorerKit['score'] = (lead = aLead(), signal = new AbortController().signal) => scorer.score(lead, new Date().toISOString(), signal);
  return { stub, scorer, errors, circuits, score };
}

/** Scores until the circuit is open; answers how many scores that took. */
export async function openCircuit({ scorer, score }: ScorerKit): Promise<number> {
  for (let scores = 1; scores <= 10; scores += 1) {
    await score();
    if (scorer.status().circuit === 'OPEN') return scores;
  }
  throw new Error('the circuit did not open');
}
