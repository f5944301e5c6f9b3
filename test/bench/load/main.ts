/** The process that makes the load, on a core of its own: one job at a time. */
import type { HttpFigures, Job, JobAnswer, LiveFigures } from './jobs.ts';
import { runHttp } from './http-load.ts';
import { runLive } from './live-load.ts';

const run = (job: Job): Promise<HttpFigures | LiveFigures> => (job.kind === 'http' ? runHttp(job) : runLive(job));
const answer = (message: JobAnswer): void => void process.send?.(message);

process.on('message', (job: Job) => {
  run(job).then(
    (figures) => answer({ figures }),
    (error: unknown) => answer({ failure: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
  );
});
process.once('disconnect', () => process.exit(0));
