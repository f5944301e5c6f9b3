/** Nobody looks whether a command was handled before, and an outcome that is there already is no obstacle. */
import { runSabotaged } from './sabotaged-worker.ts';

await runSabotaged((ports) => ({
  ...ports,
  eventStore: {
    ...ports.eventStore,
    transact: (work) =>
      ports.eventStore.transact((tx) =>
        work({
          ...tx,
          findOutcomes: async () => new Map(),
          async write(all) {
            const known = await tx.findOutcomes(all.outcomes);
            await tx.write({ ...all, outcomes: all.outcomes.filter(({ tenant, id }) => !known.has(`${tenant}:${id}`)) });
          },
        }),
      ),
  },
}));
