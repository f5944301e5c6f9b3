import { line, list } from '../../checks.ts';
import type { Decision } from '../../decision.ts';
import { applied, invalid } from '../../decisions.ts';
import { LIMITS } from '../../limits.ts';
import { Problem } from '../../problem.ts';
import type { RecordAutomation } from '../commands.ts';
import type { LeadEvent } from '../events.ts';

export function decideAutomation(command: RecordAutomation): Decision<LeadEvent> {
  const rule = line(LIMITS.nameLength)(command.rule, 'rule');
  if (rule instanceof Problem) return invalid(rule);
  const actions = list(line(LIMITS.titleLength), LIMITS.automationActions)(command.actions, 'actions');
  return actions instanceof Problem ? invalid(actions) : applied<LeadEvent>({ type: 'AutomationTriggered', rule, actions });
}
