import { amount, number, oneOf } from '../../checks.ts';
import type { Decision } from '../../decision.ts';
import { applied, invalid } from '../../decisions.ts';
import { jsonEqual } from '../../json-equal.ts';
import { Problem } from '../../problem.ts';
import { SCORE_SOURCES, TIERS } from '../../scoring/score.ts';
import type { RecordScore } from '../commands.ts';
import type { LeadEvent } from '../events.ts';
import type { Lead } from '../lead.ts';

export const decideScoreLead = (): Decision<LeadEvent> => applied<LeadEvent>({ type: 'ScoringRequested' });

/** A score from older knowledge than the one that stands says nothing new, and neither does the same score again. */
export function decideRecordScore(command: RecordScore, lead: Lead): Decision<LeadEvent> {
  const problem = scoreProblem(command, lead);
  if (problem) return invalid(problem);
  if (lead.scoredVersion !== undefined && lead.scoredVersion > command.basedOnVersion) return applied();
  if (isSameScore(command, lead)) return applied();
  const { score, insight, basedOnVersion } = command;
  const previous = lead.score ? { value: lead.score.value, tier: lead.score.tier } : null;
  const tierChanged = previous?.tier !== score.tier;
  return applied<LeadEvent>({ type: 'LeadScored', score, previous, tierChanged, ...(insight ? { insight } : {}), basedOnVersion });
}

const isSameScore = ({ score, basedOnVersion }: RecordScore, lead: Lead): boolean =>
  lead.score !== undefined &&
  lead.scoredVersion === basedOnVersion &&
  lead.score.value === score.value &&
  lead.score.source === score.source &&
  jsonEqual(lead.score.factors, score.factors);

/** Workers send scores, and an AI has a part in them: what is out of range is refused here as well. */
function scoreProblem({ score, basedOnVersion }: RecordScore, lead: Lead): Problem | null {
  const checks = [
    amount(0, 100)(score.value, 'score.value'),
    amount(0, 1)(score.confidence, 'score.confidence'),
    oneOf(TIERS)(score.tier, 'score.tier'),
    oneOf(SCORE_SOURCES)(score.source, 'score.source'),
    number(1, lead.version)(basedOnVersion, 'basedOnVersion'),
  ];
  return checks.find((checked) => checked instanceof Problem) ?? null;
}
