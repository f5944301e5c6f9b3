/** Watchers that stop reading beside as many that read: what those who read notice of it, and what becomes of the memory. */
import { once } from 'node:events';
import { LOAD_CORE, printed, SERVER_CORE, startChild } from '../children.ts';
import { watchCpu } from '../cpu.ts';
import type { WatchersDone, WatchersJob, WatcherTransport } from '../load/watchers.ts';
import { watchMemory } from '../memory.ts';
import type { BenchOptions } from '../options.ts';
import type { EventsDone, EventsJob } from '../servers/events.ts';
import { told } from './watchers.ts';

export interface StalledRow {
  readonly transport: WatcherTransport;
  readonly reading: number;
  readonly stalled: number;
  readonly events: number;
  /** From the event until a reader had it, of every tenth reader. */
  readonly delaysMs: readonly number[];
  /** Server's resident memory, before the first event and every few seconds. */
  readonly residentMegabytes: readonly number[];
  /** Of those who stopped reading: ended by the server, with their cursor. */
  readonly endedAsSlow: number;
  readonly serverCores: number | null;
  readonly foreignCores: number | null;
}

export interface StalledResult {
  readonly readers: number;
  readonly eventsPerSecond: number;
  /** Of each transport: the readers alone, as many again who read, and as many again who stop. */
  readonly rows: readonly StalledRow[];
}

const EVENTS_PER_SECOND = 50;
/** Of the events, those for the readers alone. */
const ALONE = 0.25;
const LOOK_EVERY_MS = 2_000;
/** Of both kinds, so that neither stands before the other in what the server goes through. */
const PARTS = 5;

export async function benchStalled({ readers, stalledEvents }: BenchOptions, say: (sentence: string) => void): Promise<StalledResult> {
  const rows: StalledRow[] = [];
  for (const transport of ['sse', 'websocket'] as const) {
    const audiences = [
      { reading: readers, stalled: 0 },
      { reading: 2 * readers, stalled: 0 },
      { reading: readers, stalled: readers },
    ];
    for (const { reading, stalled } of audiences) {
      say(`${reading} readers, ${stalled} that stop reading, ${transport}`);
      const events = stalled === 0 ? Math.ceil(stalledEvents * ALONE) : stalledEvents;
      rows.push(await measure({ transport, readers: reading, stalled, events }));
    }
  }
  return { readers, eventsPerSecond: EVENTS_PER_SECOND, rows };
}

interface Plan {
  readonly transport: WatcherTransport;
  readonly readers: number;
  readonly stalled: number;
  readonly events: number;
}

async function measure({ transport, readers, stalled, events }: Plan): Promise<StalledRow> {
  const server = startChild({ file: 'servers/watched.ts', core: SERVER_CORE });
  const load = startChild({ file: 'load/watchers.ts', core: LOAD_CORE });
  try {
    const [[, url = '', token = '']] = await Promise.all([printed(server, /(http:\/\/127\.0\.0\.1:\d+) ?(\S*)/), once(load.process, 'message')]);
    const run = async (job: WatchersJob): Promise<WatchersDone> => {
      const done = await told<WatchersDone>(load, job);
      if (done.failed !== undefined) throw new Error(`${transport}: ${done.failed}`);
      return done;
    };
    const open = (count: number, stalls: boolean) => run({ kind: 'open', url, token, transport, count, groups: 1, isWide: true, stalled: stalls });
    const happen = (job: EventsJob) => told<EventsDone>(server, job);
    for (let part = 0; part < PARTS; part += 1) {
      await open(Math.ceil(readers / PARTS), false);
      if (stalled > 0) await open(Math.ceil(stalled / PARTS), true);
    }
    // Once for everything that is compiled at its first use.
    await happen({ events: EVENTS_PER_SECOND, everyMs: 1_000 / EVENTS_PER_SECOND });
    await run({ kind: 'await', results: EVENTS_PER_SECOND });
    await run({ kind: 'delays' });
    const memory = watchMemory(server.pid, LOOK_EVERY_MS);
    const stop = watchCpu([server.pid, load.pid, process.pid]);
    const { beganAtMs } = await happen({ events, everyMs: 1_000 / EVENTS_PER_SECOND });
    await run({ kind: 'await', results: EVENTS_PER_SECOND + events });
    const seconds = (performance.timeOrigin + performance.now() - beganAtMs) / 1_000;
    const { seconds: used, foreignCores } = stop();
    const { delaysMs = [] } = await run({ kind: 'delays' });
    const cpuSeconds = used.get(server.pid);
    return {
      transport,
      reading: readers,
      stalled,
      events,
      delaysMs,
      residentMegabytes: memory(),
      endedAsSlow: await endedAsSlow(url),
      serverCores: cpuSeconds === undefined ? null : cpuSeconds / seconds,
      foreignCores,
    };
  } finally {
    await Promise.all([load.stop(), server.stop()]);
  }
}

async function endedAsSlow(url: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(/^lead_intelligence_live_ended_total\{reason="slow"\} (\d+)/m.exec(text)?.[1] ?? 0);
}
