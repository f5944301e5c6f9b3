/** Ten thousand watchers of one process: what a result costs for each of them, how soon the last one has it, and what they cost while nothing happens. */
import { setTimeout as delay } from 'node:timers/promises';
import { watchCpu } from '../cpu.ts';
import type { WatcherTransport } from '../load/watchers.ts';
import { residentKilobytes } from '../memory.ts';
import type { BenchOptions } from '../options.ts';
import { median } from '../statistics.ts';
import { startWatched, type Watched } from './watched.ts';

export interface WatchersRound {
  /** By event: from the event until the last watcher had it. */
  readonly lastMs: readonly number[];
  /** Server's processor time for a result of one watcher; null where it cannot be known. */
  readonly micros: number | null;
  /** The same of ws alone, directly before. */
  readonly bareMicros: number | null;
  readonly foreignCores: number | null;
}

export interface WatchersRow {
  readonly name: string;
  readonly groups: number;
  readonly rounds: readonly WatchersRound[];
  /** Of a burst of events, results a second; null where it lost some. */
  readonly burstPerSecond: number | null;
  readonly burstMicrosPerDelivery: number | null;
  /** Twenty events a second: by event, from the event until the last of every tenth watcher had it; null where it was not asked to. */
  readonly pacedLastMs: readonly number[] | null;
  /** Resident memory of the server for each watcher, before anything happened; null where it cannot be known. */
  readonly idleKilobytes: number | null;
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
const BARE: Contest = { name: 'ws alone, the same bytes', file: 'servers/ws-broadcast.ts', transport: 'websocket', groups: 1 };
const OTHERS: readonly Contest[] = [
  { name: 'this gateway, WebSocket', file: 'servers/watched.ts', transport: 'websocket', groups: 1 },
  { name: 'this gateway, WebSocket', file: 'servers/watched.ts', transport: 'websocket', groups: GROUPS },
  { name: 'this gateway, SSE', file: 'servers/watched.ts', transport: 'sse', groups: 1 },
  { name: 'this gateway, SSE', file: 'servers/watched.ts', transport: 'sse', groups: GROUPS },
  { name: 'graphql-ws on graphql-yoga', file: 'servers/yoga-graphql-ws.ts', transport: 'websocket', groups: 1, cannotKeepPace: true },
];
/** Events one after the other, each when the last one has arrived everywhere. */
const WARM_UPS = 10;
const EVENTS_OF_A_ROUND = 10;
/** At once. */
const BURST = 20;
const BURSTS = 3;
/** Twenty a second, for five seconds. */
const PACED = { events: 100, everyMs: 50 };
const SETTLE_MS = 1_000;
/** Part of the watchers, for whom the process grows by what it needs once. */
const FIRST_WATCHERS = 0.05;

/** `ws` alone stays; beside it stand the others, one after the other: more idle watchers than that would be heard in what is measured. */
export async function benchWatchers({ watchers, rounds }: BenchOptions, say: (sentence: string) => void): Promise<WatchersResult> {
  const bare = await assemble(BARE, watchers);
  try {
    const rows: WatchersRow[] = [];
    const bareRounds: WatchersRound[] = [];
    for (const contest of OTHERS) {
      say(`${watchers} watchers: ${contest.name}, ${contest.groups} ${contest.groups === 1 ? 'group' : 'groups'}`);
      const other = await assemble(contest, watchers);
      try {
        const measured = await besideBare(other.server, bare.server, { watchers, rounds });
        bareRounds.push(...measured.bare);
        rows.push({ ...(await inBulk(other, watchers)), rounds: measured.other });
      } finally {
        await other.server.stop();
      }
    }
    return { watchers, rows: [{ ...(await inBulk(bare, watchers)), rounds: bareRounds }, ...rows] };
  } finally {
    await bare.server.stop();
  }
}

interface Assembled {
  readonly contest: Contest;
  readonly server: Watched;
  readonly idleKilobytes: number | null;
}

/** A server with all its watchers, everything in it compiled. */
async function assemble(contest: Contest, watchers: number): Promise<Assembled> {
  const { file, transport, groups } = contest;
  const server = await startWatched(file, ['--expose-gc']);
  try {
    const residentWith = async (count: number): Promise<number | null> => {
      await server.open({ transport, count, groups });
      await delay(SETTLE_MS);
      await server.collectGarbage();
      return residentKilobytes(server.pid);
    };
    const first = Math.ceil(watchers * FIRST_WATCHERS);
    const [few, all] = [await residentWith(first), await residentWith(watchers - first)];
    for (let event = 0; event < WARM_UPS; event += 1) await server.happen(1);
    return { contest, server, idleKilobytes: few === null || all === null ? null : (all - few) / (watchers - first) };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

/** Rounds of both, one directly after the other. */
async function besideBare(other: Watched, bare: Watched, { watchers, rounds }: { readonly watchers: number; readonly rounds: number }) {
  const measured: Record<'bare' | 'other', WatchersRound[]> = { bare: [], other: [] };
  for (let round = 0; round < rounds; round += 1) {
    const own = [...bare.pids, ...other.pids, process.pid];
    const ofBare = await oneByOne(bare, watchers, own);
    measured.bare.push({ ...ofBare, bareMicros: ofBare.micros });
    measured.other.push({ ...(await oneByOne(other, watchers, own)), bareMicros: ofBare.micros });
  }
  return measured;
}

async function oneByOne(server: Watched, watchers: number, own: readonly number[]): Promise<Omit<WatchersRound, 'bareMicros'>> {
  const stop = watchCpu(own);
  const lastMs: number[] = [];
  for (let event = 0; event < EVENTS_OF_A_ROUND; event += 1) lastMs.push(await server.happen(1));
  const { seconds, foreignCores } = stop();
  return { lastMs, micros: microsOf(seconds.get(server.pid), EVENTS_OF_A_ROUND * watchers), foreignCores };
}

async function inBulk(
  { contest: { name, groups, cannotKeepPace = false }, server, idleKilobytes }: Assembled,
  watchers: number,
): Promise<Omit<WatchersRow, 'rounds'>> {
  const stop = watchCpu([server.pid]);
  const bursts = await burstsMs(server, cannotKeepPace);
  const { seconds } = stop();
  return {
    name,
    groups,
    burstPerSecond: bursts && (BURST * watchers) / (median(bursts) / 1_000),
    burstMicrosPerDelivery: bursts && microsOf(seconds.get(server.pid), BURSTS * BURST * watchers),
    pacedLastMs: cannotKeepPace ? null : await paced(server),
    idleKilobytes,
  };
}

/** How long each took; null where results were lost and that is no fault of ours. */
async function burstsMs(server: Watched, mayLose: boolean): Promise<number[] | null> {
  const took: number[] = [];
  try {
    for (let burst = 0; burst < BURSTS; burst += 1) took.push(await server.happen(BURST));
    return took;
  } catch (error) {
    if (!mayLose) throw error;
    return null;
  }
}

/** By event: until the last of those whose results are timed had it. */
async function paced(server: Watched): Promise<number[]> {
  await server.delaysMs();
  await server.happen(PACED.events, PACED.everyMs);
  const last = Array.from({ length: PACED.events }, () => 0);
  (await server.delaysMs()).forEach((delayMs, at) => (last[at % last.length] = Math.max(last[at % last.length] ?? 0, delayMs)));
  return last;
}

const microsOf = (seconds: number | undefined, deliveries: number): number | null => (seconds === undefined ? null : (seconds * 1_000_000) / deliveries);
