/** Ten thousand watchers of one process: what a result costs for each of them, how soon the last one has it, and what they cost while nothing happens. */
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { LOAD_CORE, printed, SERVER_CORE, startChild, type Child } from '../children.ts';
import { watchCpu } from '../cpu.ts';
import type { WatchersDone, WatchersJob, WatcherTransport } from '../load/watchers.ts';
import type { BenchOptions } from '../options.ts';
import type { EventsDone } from '../servers/events.ts';
import { residentKilobytes } from '../memory.ts';
import { median } from '../statistics.ts';

export const WATCHERS_BARE = 'ws alone, the same bytes';

export interface WatchersRow {
  readonly name: string;
  readonly groups: number;
  /** By event: from the event until the last watcher had it. */
  readonly lastMs: readonly number[];
  /** Server's processor time for a result of one watcher. */
  readonly microsPerDelivery: number | null;
  /** Of a burst of events, results a second; null where it lost some. */
  readonly burstPerSecond: number | null;
  readonly burstMicrosPerDelivery: number | null;
  /** Twenty events a second: by event, from the event until the last of every tenth watcher had it; null where it was not asked to. */
  readonly pacedLastMs: readonly number[] | null;
  /** Resident memory of the server for each watcher, before anything happened; null where it cannot be known. */
  readonly idleKilobytes: number | null;
  readonly foreignCores: number | null;
}

export interface WatchersResult {
  readonly watchers: number;
  readonly rows: readonly WatchersRow[];
}

interface Contest {
  readonly name: string;
  readonly file: string;
  readonly transport: WatcherTransport;
  readonly groups: number;
  /** One result for all takes it more than the time between two events: it would never be done, and of a burst it may lose some. */
  readonly cannotKeepPace?: boolean;
}

const GROUPS = 200;
const CONTESTS: readonly Contest[] = [
  { name: WATCHERS_BARE, file: 'servers/ws-broadcast.ts', transport: 'websocket', groups: 1 },
  { name: 'this gateway, WebSocket', file: 'servers/watched.ts', transport: 'websocket', groups: 1 },
  { name: `this gateway, WebSocket`, file: 'servers/watched.ts', transport: 'websocket', groups: GROUPS },
  { name: 'this gateway, SSE', file: 'servers/watched.ts', transport: 'sse', groups: 1 },
  { name: 'this gateway, SSE', file: 'servers/watched.ts', transport: 'sse', groups: GROUPS },
  { name: 'graphql-ws on graphql-yoga', file: 'servers/yoga-graphql-ws.ts', transport: 'websocket', groups: 1, cannotKeepPace: true },
];
/** Events one after the other, each when the last one has arrived everywhere, and then a burst. */
const WARM_UPS = 10;
const SINGLES = 20;
const BURST = 20;
/** Twenty a second, for five seconds. */
const PACED = { events: 100, everyMs: 50 };
const SETTLE_MS = 1_000;
/** Part of the watchers, for whom the process grows by what it needs once. */
const FIRST_WATCHERS = 0.05;

export async function benchWatchers({ watchers }: BenchOptions, say: (sentence: string) => void): Promise<WatchersResult> {
  const rows: WatchersRow[] = [];
  for (const contest of CONTESTS) {
    say(`${watchers} watchers: ${contest.name}, ${contest.groups} ${contest.groups === 1 ? 'group' : 'groups'}`);
    rows.push(await measure(contest, watchers));
  }
  return { watchers, rows };
}

async function measure({ name, file, transport, groups, cannotKeepPace = false }: Contest, watchers: number): Promise<WatchersRow> {
  const server = startChild({ file, core: SERVER_CORE, nodeArgs: ['--expose-gc'] });
  const load = startChild({ file: 'load/watchers.ts', core: LOAD_CORE });
  try {
    const [[, url = '', token = '']] = await Promise.all([printed(server, /(http:\/\/127\.0\.0\.1:\d+) ?(\S*)/), once(load.process, 'message')]);
    const run = (job: WatchersJob): Promise<WatchersDone> => told<WatchersDone>(load, job);
    const residentWith = async (count: number): Promise<number | null> => {
      await run({ kind: 'open', url, token, transport, count, groups });
      await delay(SETTLE_MS);
      await told<EventsDone>(server, { events: 0 });
      return residentKilobytes(server.pid);
    };
    const first = Math.ceil(watchers * FIRST_WATCHERS);
    const [few, all] = [await residentWith(first), await residentWith(watchers - first)];
    let results = 0;
    const happen = async (events: number, everyMs = 0): Promise<number> => {
      results += events;
      const arrived = run({ kind: 'await', results });
      const { beganAtMs } = await told<EventsDone>(server, { events, everyMs });
      const { atMs = Number.NaN, failed } = await arrived;
      if (failed !== undefined) throw new Error(`${name}: ${failed}`);
      return atMs - beganAtMs;
    };
    // For everything that is compiled once it is used often.
    for (let event = 0; event < WARM_UPS; event += 1) await happen(1);
    const stop = watchCpu([server.pid, load.pid, process.pid]);
    const lastMs: number[] = [];
    for (let event = 0; event < SINGLES; event += 1) lastMs.push(await happen(1));
    const singles = stop();
    const stopBurst = watchCpu([server.pid]);
    const bursts = await burstsOf(() => happen(BURST), cannotKeepPace);
    const burst = stopBurst();
    const paced = async (): Promise<number[]> => {
      await run({ kind: 'delays' });
      await happen(PACED.events, PACED.everyMs);
      const { delaysMs = [] } = await run({ kind: 'delays' });
      return lastByEvent(delaysMs, PACED.events);
    };
    const pacedLastMs = cannotKeepPace ? null : await paced();
    return {
      name,
      groups,
      lastMs,
      microsPerDelivery: micros(singles.seconds.get(server.pid), SINGLES * watchers),
      burstPerSecond: bursts && (BURST * watchers) / (median(bursts) / 1_000),
      burstMicrosPerDelivery: bursts && micros(burst.seconds.get(server.pid), bursts.length * BURST * watchers),
      pacedLastMs,
      idleKilobytes: few === null || all === null ? null : (all - few) / (watchers - first),
      foreignCores: singles.foreignCores,
    };
  } finally {
    await Promise.all([load.stop(), server.stop()]);
  }
}

/** How long each took; null where results were lost and that is no fault of ours. */
async function burstsOf(burst: () => Promise<number>, mayLose: boolean): Promise<number[] | null> {
  try {
    return [await burst(), await burst(), await burst()];
  } catch (error) {
    if (!mayLose) throw error;
    return null;
  }
}

/** `delaysMs`: of one watcher after the other, each with as many events. */
function lastByEvent(delaysMs: readonly number[], events: number): number[] {
  const last = Array.from({ length: events }, () => 0);
  delaysMs.forEach((delayMs, at) => (last[at % events] = Math.max(last[at % events] ?? 0, delayMs)));
  return last;
}

/** What a child answers to what it is told. */
export async function told<Answer>(child: Child, what: object): Promise<Answer> {
  const answer = once(child.process, 'message') as Promise<[Answer]>;
  child.process.send(what);
  const [said] = await answer;
  return said;
}

const micros = (seconds: number | undefined, deliveries: number): number | null => (seconds === undefined ? null : (seconds * 1_000_000) / deliveries);
