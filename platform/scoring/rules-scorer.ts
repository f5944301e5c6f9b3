/** Scores by rules alone: where no AI is configured, and behind the AI where it cannot be had. */
import type { Lead } from '../../domain/lead/lead.ts';
import { scoreByRules } from '../../domain/scoring/rules.ts';
import type { Scored, Scorer } from './scorer.ts';

/** `degraded`: true where an AI was wanted and could not be had. */
export function scoredByRules(lead: Lead, now: string, degraded: boolean): Scored {
  const { score, insight } = scoreByRules(lead, now, { degraded });
  return { score, insight };
}

export function createRulesScorer(): Scorer {
  let rules = 0;
  return {
    async score(lead, now, signal) {
      signal.throwIfAborted();
      rules += 1;
      return scoredByRules(lead, now, false);
    },
    status: () => ({ name: 'rules', circuit: 'NONE', calls: { ai: 0, rules, stale: 0, failed: 0 } }),
    onCircuitChange: () => undefined,
  };
}
