/** Everybody who uses the system during a run: clients, readers, who looks at the rows, who sends poison. */
import type { Sql } from '../../../platform/event-store/connect.ts';
import { createRandom } from '../../../scripts/demo/random.ts';
import type { ApiClient } from '../api-client.ts';
import type { History } from '../history.ts';
import type { RawLog } from '../system/raw-log.ts';
import { runClient } from './client.ts';
import { createPacer } from './pacer.ts';
import { runPoisoner } from './poison.ts';
import { runSampler } from './sampler.ts';
import { createSender } from './sender.ts';
import { runReader } from './watchers.ts';
import type { World } from './world.ts';

export interface LoadParts {
  readonly seed: number;
  readonly rate: number;
  readonly clients: number;
  readonly poisonEvery: number;
  readonly api: ApiClient;
  readonly history: History;
  readonly rawLog: RawLog;
  readonly sql: Sql;
  readonly world: World;
  /** Aborted when nothing new is to be sent. */
  readonly stop: AbortSignal;
  /** Aborted when what has no answer is given up. */
  readonly deadline: AbortSignal;
}

/** Which gateway each reader stays with; null: any. */
const READERS = [0, 1, null, null] as const;
/** Each has random numbers of its own, so that what one does hangs on no other. */
const SEEDS = { client: 1_000, reader: 2_000, poisoner: 3_000 };

/** Resolves when all have stopped. */
export async function startLoad({ seed, rate, clients, poisonEvery, api, history, rawLog, sql, world, stop, deadline }: LoadParts): Promise<void> {
  const pacer = createPacer(rate);
  const client = (index: number): Promise<void> => {
    const random = createRandom(seed + SEEDS.client + index);
    const sender = createSender({ api, history, world, random, deadline });
    return runClient({ name: `c${index}`, random, sender, history, world, pacer, stop });
  };
  const reader = (gateway: number | null, index: number): Promise<void> =>
    runReader({ name: `r${index}`, api, history, world, random: createRandom(seed + SEEDS.reader + index), gateway, stop });
  await Promise.all([
    ...Array.from({ length: clients }, (_, index) => client(index)),
    ...READERS.map(reader),
    runSampler(sql, history, stop),
    runPoisoner({ rawLog, history, world, random: createRandom(seed + SEEDS.poisoner), every: poisonEvery, stop }),
  ]);
}
