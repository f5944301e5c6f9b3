/** The scenarios of the scaled size, each on services of its own: what one leaves behind is nothing to the next. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Load } from './load/client.ts';
import type { BenchOptions, ScenarioName } from './options.ts';
import { startScaledServices, type Environment } from './scaled.ts';
import { benchLanes, type LanesResult } from './scenarios/lanes.ts';
import { benchProduce, type ProduceResult } from './scenarios/produce.ts';
import { benchRebuild, type RebuildResult } from './scenarios/rebuild.ts';
import { benchWrite, type WriteResult } from './scenarios/write.ts';

export interface ScaledResults {
  readonly write?: WriteResult;
  readonly produce?: ProduceResult;
  readonly lanes?: LanesResult;
  readonly rebuild?: RebuildResult;
}

type Scaled = keyof ScaledResults & ScenarioName;
type Run = (env: Environment, load: Load, options: BenchOptions, folder: string) => Promise<ScaledResults>;

const RUNS: Readonly<Record<Scaled, Run>> = {
  write: async (env, _load, options) => ({ write: await benchWrite(env, options) }),
  produce: async (env, _load, options) => ({ produce: await benchProduce(env, options) }),
  lanes: async (env, load, options, folder) => ({ lanes: await benchLanes(env, load, options, folder) }),
  rebuild: async (env, load, options, folder) => ({ rebuild: await benchRebuild(env, load, options, folder) }),
};

const isScaled = (name: ScenarioName): name is Scaled => name in RUNS;

/** Where the services cannot start, `missing` says so. */
export async function benchScaled(
  load: Load,
  options: BenchOptions,
  folder: string,
  missing: string[],
  say: (sentence: string) => void,
): Promise<ScaledResults> {
  let results: ScaledResults = {};
  for (const name of options.only.filter(isScaled)) {
    say(`the scaled size: ${name}`);
    const own = join(folder, `scaled-${name}`);
    await mkdir(own);
    const services = await startScaledServices(join(own, 'services')).catch((error: unknown) => {
      missing.push(`${name} in the scaled size. ${error instanceof Error ? error.message : String(error)}`);
    });
    if (services === undefined) continue;
    try {
      results = { ...results, ...(await RUNS[name](services.env, load, options, own)) };
    } finally {
      await services.stop();
    }
  }
  return results;
}
