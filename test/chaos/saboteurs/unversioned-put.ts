/** Views of leads are stored over whatever is there: whoever comes last is taken for the newest. */
import { runSabotaged } from './sabotaged-worker.ts';

/** Above every true version, and higher with each put, also in the process that follows this one. */
let next = Math.floor(Date.now() / 10);

await runSabotaged((ports) => ({
  ...ports,
  readModels: {
    ...ports.readModels,
    put: (views) => ports.readModels.put(views.map((view) => (view.kind === 'lead' ? { ...view, version: (next += 1) } : view))),
  },
}));
