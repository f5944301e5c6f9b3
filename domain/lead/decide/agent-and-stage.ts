import { id, oneOf, orNull, text } from '../../checks.ts';
import type { Decision } from '../../decision.ts';
import { applied, invalid, rejected } from '../../decisions.ts';
import { LIMITS } from '../../limits.ts';
import { Problem } from '../../problem.ts';
import type { AssignLead, ChangeStage } from '../commands.ts';
import type { LeadEvent } from '../events.ts';
import { STAGES, type Lead } from '../lead.ts';
import { stageProblem } from '../stages.ts';

export function decideChangeStage(command: ChangeStage, lead: Lead): Decision<LeadEvent> {
  const to = oneOf(STAGES)(command.stage, 'stage');
  if (to instanceof Problem) return invalid(to);
  const reason = orNull(text(LIMITS.reasonLength))(command.reason ?? null, 'reason');
  if (reason instanceof Problem) return invalid(reason);
  if (to === lead.stage) return applied();
  const forbidden = stageProblem(lead.stage, to);
  if (forbidden !== null) return rejected('BAD_USER_INPUT', forbidden, 'stage');
  return applied<LeadEvent>({ type: 'StageChanged', from: lead.stage, to, ...(reason === null ? {} : { reason }) });
}

export function decideAssign(command: AssignLead, lead: Lead): Decision<LeadEvent> {
  const to = orNull(id('agent'))(command.agentId, 'agentId');
  if (to instanceof Problem) return invalid(to);
  const from = lead.agentId ?? null;
  return from === to ? applied() : applied<LeadEvent>({ type: 'LeadAssigned', from, to });
}
