/** The run's side of the process that makes the load. */
import { once } from 'node:events';
import { LOAD_CORE, startChild, type Child } from '../children.ts';
import type { HttpFigures, HttpJob, Job, JobAnswer, LiveFigures, LiveJob } from './jobs.ts';

export interface Load extends Child {
  http(job: Omit<HttpJob, 'kind'>): Promise<HttpFigures>;
  live(job: Omit<LiveJob, 'kind'>): Promise<LiveFigures>;
}

export function startLoad(): Load {
  const child = startChild({ file: 'load/main.ts', core: LOAD_CORE });
  async function run(job: Job): Promise<unknown> {
    const ended = new AbortController();
    const onExit = (): void => ended.abort(new Error('the process that makes the load has ended'));
    child.process.once('exit', onExit);
    const answered = once(child.process, 'message', { signal: ended.signal });
    child.process.send(job);
    const [answer] = (await answered) as [JobAnswer];
    child.process.off('exit', onExit);
    if ('failure' in answer) throw new Error(answer.failure);
    return answer.figures;
  }
  return {
    ...child,
    http: async (job) => (await run({ kind: 'http', ...job })) as HttpFigures,
    live: async (job) => (await run({ kind: 'live', ...job })) as LiveFigures,
  };
}
