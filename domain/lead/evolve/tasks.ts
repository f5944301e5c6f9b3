/** The follow-ups that a lead holds: every open one, and the last of those that are done. */
import { LIMITS } from '../../limits.ts';
import type { FollowUpCompleted, FollowUpScheduled } from '../events.ts';
import type { Task } from '../lead.ts';

export const taskScheduled = (tasks: readonly Task[], { taskId, title, dueAt, agentId }: FollowUpScheduled): readonly Task[] => [
  ...tasks,
  { id: taskId, title, dueAt, ...(agentId === undefined ? {} : { agentId }) },
];

export function taskCompleted(tasks: readonly Task[], { taskId, outcome }: FollowUpCompleted, at: string): readonly Task[] {
  const after = tasks.map((task) => (task.id === taskId ? { ...task, completedAt: at, ...(outcome === undefined ? {} : { outcome }) } : task));
  const done = after.filter((task) => task.completedAt !== undefined);
  if (done.length <= LIMITS.tasksDoneKept) return after;
  const dropped = new Set(done.slice(0, done.length - LIMITS.tasksDoneKept));
  return after.filter((task) => !dropped.has(task));
}
