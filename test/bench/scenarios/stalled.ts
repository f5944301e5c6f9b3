/** Watchers that stop reading beside as many that read: what those who read notice of it, and what becomes of the memory. */
import { watchCpu } from '../cpu.ts';
import type { WatcherTransport } from '../load/watchers.ts';
import { watchMemory } from '../memory.ts';
import type { BenchOptions } from '../options.ts';
import { startWatched, type Watched } from './watched.ts';

export interface StalledRow {
  readonly transport: WatcherTransport;
  readonly reading: number;
  readonly stalled: number;
  readonly events: number;
  /** From the event until a reader had it, of every tenth reader. */
  readonly delaysMs: readonly number[];
  /** Those of the last seven eighths of the events: by then it can be known who does not read. */
  readonly laterDelaysMs: readonly number[];
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
  /** Of each transport: twice the readers; the readers with as many who stop; and directly after that, when those have been ended, the same readers alone. */
  readonly rows: readonly StalledRow[];
}

const EVENTS_PER_SECOND = 50;
const EVERY_MS = 1_000 / EVENTS_PER_SECOND;
/** Of the events, those for nobody but readers. */
const ALONE = 0.25;
/** Of the events, those of the time in which nobody can know yet who does not read: both systems take some hundred results without a word. */
const UNKNOWN = 0.125;
const LOOK_EVERY_MS = 2_000;
/** For everything that is compiled at its first use. */
const WARM_UPS = 100;
/** Of both kinds, so that neither stands before the other in what the server goes through. */
const PARTS = 5;

export async function benchStalled({ readers, stalledEvents }: BenchOptions, say: (sentence: string) => void): Promise<StalledResult> {
  const rows: StalledRow[] = [];
  const alone = Math.ceil(stalledEvents * ALONE);
  for (const transport of ['sse', 'websocket'] as const) {
    say(`${2 * readers} readers, ${transport}`);
    rows.push(...(await withAudience({ transport, readers: 2 * readers, stalled: 0 }, async (phase) => [await phase(alone)])));
    say(`${readers} readers and as many that stop reading, ${transport}`);
    rows.push(...(await withAudience({ transport, readers, stalled: readers }, async (phase) => [await phase(stalledEvents), await phase(alone)])));
  }
  return { readers, eventsPerSecond: EVENTS_PER_SECOND, rows };
}

type Phase = (events: number) => Promise<StalledRow>;
interface Audience {
  readonly transport: WatcherTransport;
  readonly readers: number;
  readonly stalled: number;
}

/** A server of its own for that audience. */
async function withAudience({ transport, readers, stalled }: Audience, measure: (phase: Phase) => Promise<StalledRow[]>): Promise<StalledRow[]> {
  const server = await startWatched('servers/watched.ts');
  try {
    const open = (count: number, stalls: boolean) => server.open({ transport, count: Math.ceil(count / PARTS), groups: 1, isWide: true, stalled: stalls });
    await open(readers, false);
    await server.happen(WARM_UPS, EVERY_MS);
    for (let part = 0; part < PARTS; part += 1) {
      if (part > 0) await open(readers, false);
      if (stalled > 0) await open(stalled, true);
    }
    return await measure(phaseOf(server, { transport, readers, stalled }));
  } finally {
    await server.stop();
  }
}

/** Those who stopped reading and are ended by then are not among the next phase's. */
const phaseOf =
  (server: Watched, { transport, readers, stalled }: Audience): Phase =>
  async (events) => {
    const endedBefore = await endedAsSlow(server.url);
    await server.delaysMs();
    const memory = watchMemory(server.pid, LOOK_EVERY_MS);
    const stop = watchCpu([...server.pids, process.pid]);
    const first = Math.ceil(events * UNKNOWN);
    const tookFirstMs = await server.happen(first, EVERY_MS);
    const firstDelaysMs = await server.delaysMs();
    const tookMs = tookFirstMs + (await server.happen(events - first, EVERY_MS));
    const laterDelaysMs = await server.delaysMs();
    const { seconds: used, foreignCores } = stop();
    const cpuSeconds = used.get(server.pid);
    return {
      transport,
      reading: readers,
      stalled: stalled - endedBefore,
      events,
      delaysMs: [...firstDelaysMs, ...laterDelaysMs],
      laterDelaysMs,
      residentMegabytes: memory(),
      endedAsSlow: (await endedAsSlow(server.url)) - endedBefore,
      serverCores: cpuSeconds === undefined ? null : cpuSeconds / (tookMs / 1_000),
      foreignCores,
    };
  };

async function endedAsSlow(url: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(/^lead_intelligence_live_ended_total\{reason="slow"\} (\d+)/m.exec(text)?.[1] ?? 0);
}
