import { useState, type FormEvent } from 'react';
import { COMPLETE_FOLLOW_UP, SCHEDULE_FOLLOW_UP } from '../api/documents.ts';
import type { Task } from '../api/hub-types.ts';
import { useDesk } from '../session/signed-in.tsx';
import { Due } from '../ui/marks.tsx';
import { Ago } from '../ui/time.tsx';

const IN_HOURS = [
  [1, 'in an hour'],
  [4, 'in 4 hours'],
  [24, 'tomorrow'],
  [72, 'in 3 days'],
  [168, 'in a week'],
] as const;
const HOUR_MS = 3_600_000;

function TaskItem({ leadId, task }: { readonly leadId: string; readonly task: Task }) {
  const { receipts } = useDesk();
  const complete = (): void => void receipts.send(`Done: ${task.title}`, COMPLETE_FOLLOW_UP, { input: { leadId, taskId: task.id } });
  return (
    <li className={task.completedAt === null ? 'task' : 'task task-done'} data-testid="task">
      <span>
        {task.title}
        <span className="muted small">
          {' '}
          {task.completedAt === null ? (
            <Due lead={{ responseDueAt: task.dueAt, overdue: task.overdue }} />
          ) : (
            <>
              done <Ago at={task.completedAt} />
            </>
          )}
        </span>
      </span>
      {task.completedAt === null && (
        <button type="button" className="button small-button" onClick={complete} aria-label={`Done: ${task.title}`}>
          Done
        </button>
      )}
    </li>
  );
}

export function TasksCard({ leadId, tasks }: { readonly leadId: string; readonly tasks: readonly Task[] }) {
  const { receipts } = useDesk();
  const [title, setTitle] = useState('');
  const [hours, setHours] = useState(24);
  const add = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const dueAt = new Date(Date.now() + hours * HOUR_MS).toISOString();
    if (await receipts.send(`Task: ${title.trim()}`, SCHEDULE_FOLLOW_UP, { input: { leadId, title: title.trim(), dueAt } })) setTitle('');
  };
  const open = tasks.filter(({ completedAt }) => completedAt === null).sort((a, b) => a.dueAt.localeCompare(b.dueAt));
  const done = tasks.filter(({ completedAt }) => completedAt !== null);
  return (
    <section className="card" aria-labelledby="tasks-title">
      <h2 id="tasks-title">Tasks</h2>
      <ul className="tasks">
        {[...open, ...done].map((task) => (
          <TaskItem key={task.id} leadId={leadId} task={task} />
        ))}
      </ul>
      <form className="inline-form" onSubmit={(event) => void add(event)}>
        <label className="hidden" htmlFor="task">
          A new task
        </label>
        <input id="task" value={title} placeholder="Call back" onChange={(event) => setTitle(event.target.value)} data-testid="task-title" />
        <label className="hidden" htmlFor="task-due">
          Due
        </label>
        <select id="task-due" value={hours} onChange={(event) => setHours(Number(event.target.value))}>
          {IN_HOURS.map(([value, words]) => (
            <option key={value} value={value}>
              {words}
            </option>
          ))}
        </select>
        <button type="submit" className="button small-button" disabled={title.trim() === ''}>
          Add
        </button>
      </form>
    </section>
  );
}
