/** A server on one core and its watchers, a process on the other: what the scenarios of many watchers have in common. */
import { once } from 'node:events';
import { LOAD_CORE, printed, SERVER_CORE, startChild, told } from '../children.ts';
import type { WatchersDone, WatchersJob, WatcherTransport } from '../load/watchers.ts';
import type { EventsDone, EventsJob } from '../servers/events.ts';

export interface Audience {
  readonly transport: WatcherTransport;
  readonly count: number;
  readonly groups: number;
  readonly isWide?: boolean;
  readonly stalled?: boolean;
}

export interface Watched {
  /** Of the server. */
  readonly pid: number;
  /** Of the server and of the process that its watchers are. */
  readonly pids: readonly number[];
  readonly url: string;
  /** More watchers; all are there when it answers. */
  open(audience: Audience): Promise<void>;
  /** Those who came first go. */
  leave(count: number): Promise<void>;
  /** Lets the server collect its garbage, where it was started with `--expose-gc`. */
  collectGarbage(): Promise<void>;
  /** Lets leads change, `everyMs` from one to the next. Answers when every watcher that reads has every result: milliseconds since the first change. Throws where one has another number of them. */
  happen(events: number, everyMs?: number): Promise<number>;
  /** How long results took, of every tenth watcher, one watcher after the other, since it was last asked. */
  delaysMs(): Promise<readonly number[]>;
  stop(): Promise<void>;
}

/** `file`: relative to test/bench/. */
export async function startWatched(file: string, nodeArgs: readonly string[] = []): Promise<Watched> {
  const server = startChild({ file, core: SERVER_CORE, nodeArgs });
  const load = startChild({ file: 'load/watchers.ts', core: LOAD_CORE });
  const stop = async (): Promise<void> => void (await Promise.all([load.stop(), server.stop()]));
  const run = async (job: WatchersJob): Promise<WatchersDone> => {
    const done = await told<WatchersDone>(load, job);
    if (done.failed !== undefined) throw new Error(`${file}: ${done.failed}`);
    return done;
  };
  try {
    const [[, url = '', token = '']] = await Promise.all([printed(server, /(http:\/\/127\.0\.0\.1:\d+) ?(\S*)/), once(load.process, 'message')]);
    let results = 0;
    return {
      pid: server.pid,
      pids: [server.pid, load.pid],
      url,
      async open(audience) {
        await run({ kind: 'open', url, token, results, ...audience });
      },
      async leave(count) {
        await run({ kind: 'leave', count });
      },
      async collectGarbage() {
        await told<EventsDone>(server, { events: 0 } satisfies EventsJob);
      },
      async happen(events, everyMs = 0) {
        results += events;
        const arrived = run({ kind: 'await', results, lastAfterMs: events * everyMs });
        const [{ beganAtMs }, { atMs = Number.NaN }] = await Promise.all([told<EventsDone>(server, { events, everyMs } satisfies EventsJob), arrived]);
        return atMs - beganAtMs;
      },
      async delaysMs() {
        return (await run({ kind: 'delays' })).delaysMs ?? [];
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
