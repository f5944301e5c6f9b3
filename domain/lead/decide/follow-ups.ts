import { id, line, orNull, text, time } from '../../checks.ts';
import type { Decision, DecisionContext } from '../../decision.ts';
import { applied, invalid, rejected } from '../../decisions.ts';
import { LIMITS } from '../../limits.ts';
import { Problem } from '../../problem.ts';
import type { CompleteFollowUp, ScheduleFollowUp } from '../commands.ts';
import type { LeadEvent } from '../events.ts';
import type { Lead } from '../lead.ts';
import { partId } from './part-id.ts';

export function decideScheduleFollowUp(command: ScheduleFollowUp, lead: Lead, context: DecisionContext): Decision<LeadEvent> {
  const title = line(LIMITS.titleLength)(command.title, 'title');
  if (title instanceof Problem) return invalid(title);
  const dueAt = time(command.dueAt, 'dueAt');
  if (dueAt instanceof Problem) return invalid(dueAt);
  const agentId = command.agentId === undefined ? undefined : id('agent')(command.agentId, 'agentId');
  if (agentId instanceof Problem) return invalid(agentId);
  const open = lead.tasks.filter((task) => task.completedAt === undefined).length;
  if (open >= LIMITS.tasksOpen) return invalid(new Problem('title', `a lead has at most ${LIMITS.tasksOpen} open follow-ups`));
  const taskId = partId('task', context.commandId);
  return applied<LeadEvent>({ type: 'FollowUpScheduled', taskId, title, dueAt, ...(agentId === undefined ? {} : { agentId }) });
}

export function decideCompleteFollowUp(command: CompleteFollowUp, lead: Lead): Decision<LeadEvent> {
  const task = lead.tasks.find((known) => known.id === command.taskId);
  if (!task) return rejected('NOT_FOUND', `${lead.id} has no follow-up ${command.taskId}`, 'taskId');
  if (task.completedAt !== undefined) return applied();
  const outcome = orNull(text(LIMITS.reasonLength))(command.outcome ?? null, 'outcome');
  if (outcome instanceof Problem) return invalid(outcome);
  return applied<LeadEvent>({ type: 'FollowUpCompleted', taskId: task.id, ...(outcome === null ? {} : { outcome }) });
}
