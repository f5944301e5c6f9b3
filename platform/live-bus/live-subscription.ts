/**
 * One subscriber's life on the Upstash live bus. Opening is the same the first time and after each loss: know where every tenant was, open the
 * stream, read the logs from there, then follow the stream.
 */
import type { Logger } from '../telemetry/logger.ts';
import type { TenantId } from '../../domain/ids.ts';
import type { Delivered, LiveBusSubscription } from './live-bus.ts';
import type { EventLines } from './event-lines.ts';
import type { LiveLog } from './live-log.ts';
import { createLiveProgress, type LiveProgress } from './live-progress.ts';
import { followStream, openStream, watchStream, type StreamAddress } from './live-stream.ts';

export interface SubscriptionOptions extends StreamAddress {
  readonly log: LiveLog;
  readonly logger: Logger;
  readonly onMessage: (message: Delivered) => void;
  /** Called on changes only: the first 'up' is what the start itself says. */
  readonly onState: (state: 'up' | 'down') => void;
  readonly onGap: (tenant: TenantId) => void;
}

const OPEN_WITHIN_MS = 5000;
const RETRY_FROM_MS = 50;
const RETRY_UP_TO_MS = 1000;

/** Half of it is chance, so that a thousand gateways do not come back in one moment. */
const pauseMs = (failures: number): number => Math.min(RETRY_FROM_MS * 2 ** failures, RETRY_UP_TO_MS) * (0.5 + Math.random() / 2);

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done);
  });
}

/** Runs until the stream is lost, and throws why. `onUp` gets it once nothing is missing any more. */
async function live(options: SubscriptionOptions, progress: LiveProgress, stopped: AbortSignal, onUp: (lines: EventLines) => void): Promise<never> {
  const attempt = new AbortController();
  const opening = setTimeout(() => attempt.abort(new Error('the stream was not open in time')), OPEN_WITHIN_MS);
  let unwatch = (): void => undefined;
  try {
    await progress.begin();
    const lines = await openStream(options, AbortSignal.any([attempt.signal, stopped]));
    clearTimeout(opening);
    // What the stream brings meanwhile waits in it, unread.
    await progress.catchUp();
    unwatch = watchStream(
      lines,
      () => options.log.ping(),
      () => attempt.abort(new Error('the stream fell silent')),
    );
    onUp(lines);
    await followStream(lines, options.channel, (message) => progress.accept(message));
    throw new Error('the stream ended');
  } finally {
    clearTimeout(opening);
    unwatch();
    // Ends the connection, whatever the reason was.
    attempt.abort();
  }
}

/** Resolves when the first attempt to open has succeeded or failed; after a failure it goes on trying by itself. */
export async function startSubscription(options: SubscriptionOptions): Promise<LiveBusSubscription> {
  const stopped = new AbortController();
  const progress = createLiveProgress(options);
  const first = Promise.withResolvers<void>();
  let down = false;
  let failures = 0;
  /** Null while news may be missing. */
  let whole: EventLines | null = null;
  let proving = false;

  const onUp = (lines: EventLines): void => {
    failures = 0;
    whole = lines;
    if (down) options.onState('up');
    down = false;
    first.resolve();
  };
  const onLoss = async (error: unknown): Promise<void> => {
    options.logger.warn({ reason: error instanceof Error ? error.message : String(error) }, 'the live bus was lost; it is opened again');
    if (!down) options.onState('down');
    down = true;
    first.resolve();
    await pause(pauseMs(failures++), stopped.signal);
  };
  const run = async (): Promise<void> => {
    while (!stopped.signal.aborted) {
      try {
        await live(options, progress, stopped.signal, onUp);
      } catch (error) {
        whole = null;
        if (!stopped.signal.aborted) await onLoss(error);
      }
    }
  };

  const running = run();
  await first.promise;
  return {
    silentMs: () => (whole === null ? Infinity : performance.now() - whole.lastSignAtMs()),
    prove() {
      if (proving) return;
      proving = true;
      const proved = (): void => void (proving = false);
      // One that fails needs no word here: the silence goes on.
      options.log.ping().then(proved, proved);
    },
    async stop() {
      stopped.abort();
      await running;
    },
  };
}
