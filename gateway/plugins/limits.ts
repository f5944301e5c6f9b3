/** Bounds on what one operation may ask, so that no request, however it is written, costs more than it is worth. */
import type { Plugin } from 'graphql-yoga';
import { aliasLimitRule, depthLimitRule } from './limit-rules.ts';
import { costOf } from './operation-cost.ts';
import { tooCostly } from './too-costly.ts';

export interface Limits {
  /** Levels of fields below one another. */
  readonly depthMax: number;
  readonly aliasesMax: number;
  readonly tokensMax: number;
  /** Fields that the answer may hold, as estimated by operation-cost.ts. */
  readonly costMax: number;
}
export const DEFAULT_LIMITS: Limits = { depthMax: 12, aliasesMax: 50, tokensMax: 5_000, costMax: 25_000 };

/** Beside those of GraphQL itself. */
export const limitRules = ({ depthMax, aliasesMax }: Limits) => [depthLimitRule(depthMax), aliasLimitRule(aliasesMax)];

export function useLimits(limits: Limits): Plugin {
  const rules = limitRules(limits);
  const refusal = (args: Parameters<typeof costOf>[0]) => {
    const cost = costOf(args);
    return cost > limits.costMax
      ? tooCostly(`the operation may fetch about ${cost} fields, and ${limits.costMax} is the most: ask for smaller pages or fewer fields`, {
          cost,
          costMax: limits.costMax,
        })
      : null;
  };
  return {
    onParse({ params }) {
      params.options = { ...params.options, maxTokens: limits.tokensMax };
    },
    onValidate({ addValidationRule }) {
      rules.forEach((rule) => addValidationRule(rule));
    },
    // The cost depends on variables, which validation does not see (its verdict is kept for the document).
    onExecute({ args, setResultAndStopExecution }) {
      const error = refusal(args);
      if (error !== null) setResultAndStopExecution({ errors: [error] });
    },
    onSubscribe({ args, setResultAndStopExecution }) {
      const error = refusal(args);
      if (error !== null) setResultAndStopExecution({ errors: [error] });
    },
  };
}
