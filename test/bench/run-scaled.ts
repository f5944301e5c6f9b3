/** The scenarios of the scaled size, each on services of its own: what one leaves behind is nothing to the next. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { untilQuiet, type Patience } from './cpu.ts';
import type { Load } from './load/client.ts';
import type { BenchOptions, ScenarioName } from './options.ts';
import { startScaledServices, type Environment } from './scaled.ts';
import { benchAccept, type AcceptResult } from './scenarios/accept.ts';
import { benchFlat, type FlatResult } from './scenarios/flat.ts';
import { benchLanes, type LanesResult } from './scenarios/lanes.ts';
import { benchMixed, type MixedResult } from './scenarios/mixed.ts';
import { benchProduce, type ProduceResult } from './scenarios/produce.ts';
import { benchRebuild, type RebuildResult } from './scenarios/rebuild.ts';
import { benchRest, type RestResult } from './scenarios/rest.ts';
import { benchStart, type StartResult } from './scenarios/start.ts';
import { benchWrite, type WriteResult } from './scenarios/write.ts';

export interface ScaledResults {
  readonly write?: WriteResult;
  readonly produce?: ProduceResult;
  readonly lanes?: LanesResult;
  readonly rebuild?: RebuildResult;
  readonly rest?: RestResult;
  readonly accept?: AcceptResult;
  readonly mixed?: MixedResult;
  readonly flat?: FlatResult;
  readonly start?: StartResult;
  /** What could not be measured here, and why. */
  readonly missing?: Partial<Readonly<Record<Scaled, string>>>;
}

type Scaled = Extract<ScenarioName, 'write' | 'produce' | 'lanes' | 'rebuild' | 'rest' | 'accept' | 'mixed' | 'flat' | 'start'>;
type Run = (env: Environment, load: Load, options: BenchOptions, folder: string) => Promise<ScaledResults>;

const RUNS: Readonly<Record<Scaled, Run>> = {
  write: async (env, _load, options) => ({ write: await benchWrite(env, options) }),
  produce: async (env, _load, options) => ({ produce: await benchProduce(env, options) }),
  lanes: async (env, load, options, folder) => ({ lanes: await benchLanes(env, load, options, folder) }),
  rebuild: async (env, load, options, folder) => ({ rebuild: await benchRebuild(env, load, options, folder) }),
  accept: async (env, load, options, folder) => ({ accept: await benchAccept(env, load, options, folder) }),
  rest: async (env, load, options, folder) => ({ rest: await benchRest(env, load, options, folder) }),
  mixed: async (env, load, options, folder) => ({ mixed: await benchMixed(env, load, options, folder) }),
  flat: async (env, load, options, folder) => ({ flat: await benchFlat(env, load, options, folder) }),
  start: async (env, _load, options, folder) => ({ start: await benchStart(env, options, folder) }),
};

const isScaled = (name: ScenarioName): name is Scaled => name in RUNS;

/** Where the services cannot start, the results say so. Each scenario waits for a quiet machine first, while there is patience. */
export async function benchScaled(
  load: Load,
  options: BenchOptions,
  folder: string,
  patience: Patience,
  say: (sentence: string) => void,
): Promise<ScaledResults> {
  let results: ScaledResults = {};
  for (const name of options.only.filter(isScaled)) {
    say(`the scaled size: ${name}`);
    const own = join(folder, `scaled-${name}`);
    await mkdir(own);
    const services = await startScaledServices(join(own, 'services')).catch((error: unknown) => {
      const reason = error instanceof Error ? error.message : String(error);
      results = { ...results, missing: { ...results.missing, [name]: reason } };
    });
    if (services === undefined) continue;
    try {
      await untilQuiet([process.pid, load.pid], patience);
      results = { ...results, ...(await RUNS[name](services.env, load, options, own)) };
    } finally {
      await services.stop();
    }
  }
  return results;
}
