/** An hour of many watchers, of whom some leave and others come: does what each of them costs stay where it was? */
import { setTimeout as delay } from 'node:timers/promises';
import type { WatcherTransport } from '../load/watchers.ts';
import { residentKilobytes } from '../memory.ts';
import type { BenchOptions } from '../options.ts';
import { startWatched } from './watched.ts';

/** Of the server of one transport, its garbage collected. */
export interface HeldRow {
  readonly transport: WatcherTransport;
  readonly minutes: number;
  /** So many of its watchers have left by then, and as many have come. */
  readonly changed: number;
  /** That its watchers were sent by then, each counted. */
  readonly results: number;
  readonly residentMegabytes: number;
  /** What it grew by since its first watchers, for each that came after them. */
  readonly kilobytesEach: number;
}

export interface HeldResult {
  readonly watchers: number;
  readonly eventsPerSecond: number;
  readonly rows: readonly HeldRow[];
}

const TRANSPORTS = ['sse', 'websocket'] as const;
const EVERY_MS = 1_000;
/** From one look to the next. */
const STEPS = 6;
/** Part of the watchers that leaves for others with each step. */
const CHANGED = 0.1;
/** Part of the watchers, for whom the process grows by what it needs once; and as many events as a gateway remembers, at once. */
const FIRST = 0.05;
const REMEMBERED = 4_000;
const SETTLE_MS = 2_000;

export async function benchHeld({ watchers, heldSeconds }: BenchOptions, say: (sentence: string) => void): Promise<HeldResult> {
  const held: Held[] = [];
  try {
    for (const transport of TRANSPORTS) {
      say(`${watchers} watchers, ${transport}`);
      held.push(await hold(transport, watchers));
    }
    const rows: HeldRow[] = [];
    for (const one of held) rows.push(await one.look());
    for (let step = 1; step <= STEPS; step += 1) {
      await Promise.all(held.map((one) => one.pass(Math.ceil(heldSeconds / STEPS))));
      for (const one of held) rows.push(await one.look());
      say(`${step} of ${STEPS} steps`);
    }
    return { watchers, eventsPerSecond: 1_000 / EVERY_MS, rows };
  } finally {
    await Promise.all(held.map((one) => one.stop()));
  }
}

type Held = Awaited<ReturnType<typeof hold>>;

/** A server with its watchers. */
async function hold(transport: WatcherTransport, watchers: number) {
  const server = await startWatched('servers/watched.ts', ['--expose-gc']);
  const open = (count: number): Promise<void> => server.open({ transport, count, groups: 1 });
  const residentNow = async (): Promise<number> => {
    await delay(SETTLE_MS);
    await server.collectGarbage();
    return residentKilobytes(server.pid) ?? Number.NaN;
  };
  const first = Math.ceil(watchers * FIRST);
  const changedOfAStep = Math.ceil(watchers * CHANGED);
  let [seconds, changed, results] = [0, 0, 0];
  try {
    await open(first);
    await server.happen(REMEMBERED);
    const few = await residentNow();
    await open(watchers - first);
    return {
      async pass(stepSeconds: number): Promise<void> {
        const events = Math.ceil((stepSeconds * 1_000) / EVERY_MS);
        await server.happen(events, EVERY_MS);
        await server.leave(changedOfAStep);
        await open(changedOfAStep);
        seconds += stepSeconds;
        changed += changedOfAStep;
        results += events * watchers;
      },
      async look(): Promise<HeldRow> {
        const resident = await residentNow();
        return {
          transport,
          minutes: seconds / 60,
          changed,
          results,
          residentMegabytes: resident / 1_024,
          kilobytesEach: (resident - few) / (watchers - first),
        };
      },
      stop: () => server.stop(),
    };
  } catch (error) {
    await server.stop();
    throw error;
  }
}
