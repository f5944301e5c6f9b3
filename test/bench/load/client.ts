/** The run's side of the process that makes the load. */
import { once } from 'node:events';
import { LOAD_CORE, startChild, type Child } from '../children.ts';
import type { HttpFigures, HttpJob, Job, JobAnswer, LiveFigures, LiveJob, MixedFigures, MixedJob, PacedFigures, PacedJob, StopJob } from './jobs.ts';

export interface Load extends Child {
  http(job: Omit<HttpJob, 'kind'>): Promise<HttpFigures>;
  live(job: Omit<LiveJob, 'kind'>): Promise<LiveFigures>;
  mixed(job: Omit<MixedJob, 'kind'>): Promise<MixedFigures>;
  /** Begins at once; whoever began it stops it. */
  paced(job: Omit<PacedJob, 'kind'>): PacedRun;
}

export interface PacedRun {
  /** Sends no more and answers with what came back. Safe to call twice. */
  stop(): Promise<PacedFigures>;
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
    paced(job) {
      const figures = run({ kind: 'paced', ...job }) as Promise<PacedFigures>;
      // Heard by whoever stops it.
      figures.catch(() => undefined);
      return {
        stop() {
          child.process.send({ kind: 'stop' } satisfies StopJob);
          return figures;
        },
      };
    },
    mixed: async (job) => (await run({ kind: 'mixed', ...job })) as MixedFigures,
    live: async (job) => (await run({ kind: 'live', ...job })) as LiveFigures,
  };
}
