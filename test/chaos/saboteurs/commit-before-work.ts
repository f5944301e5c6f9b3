/** The group's offset moves as soon as a batch is there, and the work is done a while later: a kill in between loses it. */
import { runSabotaged } from './sabotaged-worker.ts';

const WORK_LATER_MS = 4_000;

await runSabotaged((ports) => ({
  ...ports,
  log: {
    ...ports.log,
    consume: (options) =>
      ports.log.consume({
        ...options,
        async handle(batch) {
          setTimeout(
            () => void options.handle({ ...batch, heartbeat: async () => undefined, signal: new AbortController().signal }).catch(options.onError),
            WORK_LATER_MS,
          );
        },
      }),
  },
}));
