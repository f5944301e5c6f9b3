/** The process that makes the load, on a core of its own: one job at a time. */
import type { Job, JobAnswer, StopJob } from './jobs.ts';
import { runHttp } from './http-load.ts';
import { runLive } from './live-load.ts';
import { runMixed } from './mixed-load.ts';
import { mutationsOf } from './mutations-load.ts';
import { runPaced } from './paced-load.ts';
import { questionsOf } from './questions-load.ts';

let stopping = new AbortController();

type Figures = Extract<JobAnswer, { figures: unknown }>['figures'];

function run(job: Job): Promise<Figures> {
  if (job.kind === 'http') return runHttp(job, job.requests.kind === 'mutations' ? mutationsOf(job, job.requests) : questionsOf(job, job.requests));
  if (job.kind === 'live') return runLive(job);
  if (job.kind === 'mixed') return runMixed(job);
  stopping = new AbortController();
  return runPaced(job, stopping.signal);
}
const answer = (message: JobAnswer): void => void process.send?.(message);

process.on('message', (job: Job | StopJob) => {
  if (job.kind === 'stop') return stopping.abort();
  run(job).then(
    (figures) => answer({ figures }),
    (error: unknown) => answer({ failure: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
  );
});
process.once('disconnect', () => process.exit(0));
