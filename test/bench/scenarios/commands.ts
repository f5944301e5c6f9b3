/** Mutations that are accepted, while the workers of the same process carry them out; and many commands that come at once. */
import { printed, SERVER_CORE, startChild } from '../children.ts';
import { untilQuiet, type Patience } from '../cpu.ts';
import type { Load } from '../load/client.ts';
import type { HttpFigures } from '../load/jobs.ts';
import type { BenchOptions } from '../options.ts';
import { allLeads, type Product, type WhereData } from '../product.ts';

const CLIENTS = 32;
const ROUNDS_MAX = 3;

export interface AcceptedResult {
  readonly writeModel: string;
  readonly rounds: readonly HttpFigures[];
}
export interface DrainFigures {
  readonly commands: number;
  /** Only the command handler at work: decided, stored, receipts in the inbox. */
  readonly appliedPerSecond: number;
  /** With relay and projector beside it: until every view and receipt was there. */
  readonly visiblePerSecond: number;
}
export interface DrainResult extends DrainFigures {
  readonly writeModel: string;
}

/** Leaves a log behind that its workers still work on: the product is of no use to others afterwards. */
export async function benchAccepted(writeModel: string, product: Product, load: Load, options: BenchOptions, patience: Patience): Promise<AcceptedResult> {
  const leadIds = (await allLeads<{ id: string }>(product, '{ id }')).map(({ id }) => id);
  const round = async (name: string, seconds: number): Promise<HttpFigures> =>
    load.http({
      url: `${product.url}/graphql`,
      headers: { authorization: `Bearer ${product.token}` },
      connections: CLIENTS,
      seconds,
      requests: { kind: 'mutations', leadIds, run: name },
    });
  await round('warm-up', options.warmUpSeconds);
  await untilQuiet([process.pid, load.pid, product.pid], patience);
  const rounds: HttpFigures[] = [];
  for (let number = 0; number < Math.min(options.rounds, ROUNDS_MAX); number += 1) rounds.push(await round(String(number), options.roundSeconds));
  return { writeModel, rounds };
}

/** In a process of its own, on a database of its own. */
export async function benchDrain(writeModel: string, where: WhereData, options: BenchOptions): Promise<DrainResult> {
  const child = startChild({ file: 'servers/drain.ts', args: [where.dataDir, where.databaseUrl ?? '', String(options.drainCommands)], core: SERVER_CORE });
  try {
    const [, text = ''] = await printed(child, /^(\{.*\})$/m);
    return { writeModel, ...(JSON.parse(text) as DrainFigures) };
  } finally {
    await child.stop();
  }
}
