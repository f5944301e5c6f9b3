/** A deploy with thousands of watchers: three gateways restarted one after the other, while what they watch goes on to change. */
import { once } from 'node:events';
import { LOAD_CORE, printed, SERVER_CORE, startChild, told } from '../children.ts';
import { watchCpu } from '../cpu.ts';
import type { FollowersDone, FollowersJob } from '../load/followers.ts';
import type { BenchOptions } from '../options.ts';
import type { RollingDone, RollingJob } from '../servers/rolling.ts';

export interface RollingResult {
  readonly watchers: number;
  readonly perSecond: number;
  readonly changes: number;
  readonly results: number;
  readonly reconnects: number;
  /** Of any second, and any tenth of one. */
  readonly mostInSecond: number;
  readonly mostInTenth: number;
  readonly awayMs: readonly number[];
  readonly missed: number;
  readonly twice: number;
  /** Of the watchers, those who had the last change in the end. */
  readonly upToDate: number;
  readonly foreignCores: number | null;
}

const GATEWAYS = 3;
const CHANGE_EVERY_MS = 200;
/** Of the watchers of a gateway, those that it sends away in a second. */
const SHARE_PER_SECOND = 0.3;

export async function benchRolling({ rollingWatchers: watchers }: BenchOptions, say: (sentence: string) => void): Promise<RollingResult> {
  const perSecond = Math.ceil((watchers / GATEWAYS) * SHARE_PER_SECOND);
  say(`${watchers} watchers of ${GATEWAYS} gateways, ${perSecond} a second`);
  const server = startChild({ file: 'servers/rolling.ts', core: SERVER_CORE, args: [String(perSecond)] });
  const load = startChild({ file: 'load/followers.ts', core: LOAD_CORE });
  const serve = (job: RollingJob) => told<RollingDone>(server, job);
  const ask = (job: FollowersJob) => told<FollowersDone>(load, job);
  try {
    const [[, urls = '', token = '']] = await Promise.all([printed(server, /(http\S+) (\S+)/), once(load.process, 'message')]);
    await ask({ kind: 'open', urls: urls.split(','), token, count: watchers });
    const { version: from } = await serve({ kind: 'change', everyMs: CHANGE_EVERY_MS });
    await ask({ kind: 'until', version: from + 1 });
    const stop = watchCpu([server.pid, load.pid, process.pid]);
    for (let gateway = 0; gateway < GATEWAYS; gateway += 1) {
      say(`gateway ${gateway + 1} is restarted`);
      await serve({ kind: 'restart', gateway });
    }
    const { version } = await serve({ kind: 'still' });
    const { foreignCores } = stop();
    const { upToDate } = await ask({ kind: 'until', version });
    const { takenAtMs, awayMs, results, missed, twice } = await ask({ kind: 'report' });
    const facts = { mostInSecond: most(takenAtMs, 1_000), mostInTenth: most(takenAtMs, 100), reconnects: takenAtMs.length };
    return { watchers, perSecond, changes: version - from, results, ...facts, awayMs, missed, twice, upToDate, foreignCores };
  } finally {
    await Promise.all([load.stop(), server.stop()]);
  }
}

/** In any `withinMs`, of times in order. */
function most(times: readonly number[], withinMs: number): number {
  let [first, count] = [0, 0];
  times.forEach((at, last) => {
    while ((times[first] ?? at) <= at - withinMs) first += 1;
    count = Math.max(count, last - first + 1);
  });
  return count;
}
