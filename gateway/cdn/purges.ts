/**
 * Tells the CDN what to forget: a request at a time, with a pause behind each, so that a burst of changes is a few requests. What fails is tried
 * again until it works. Edge safe.
 */
import type { PurgeHook } from '../../platform/cdn/purge-hook.ts';
import type { Logger } from '../../platform/telemetry/logger.ts';
import type { GatewayMetrics } from '../metrics.ts';
import { createPause } from './pause.ts';
import { createWaitingTags, type Forgotten } from './waiting-tags.ts';

export interface Purges {
  add(one: Forgotten): void;
  /** False while the CDN cannot be told: what it is given now, it could not be made to forget. */
  works(): boolean;
  /** Tells of what is left, within `ms`, and ends. */
  stop(ms: number): Promise<void>;
}

export interface PurgesOptions {
  readonly hook: PurgeHook;
  readonly logger: Logger;
  readonly metrics?: Pick<GatewayMetrics, 'purged' | 'watchPurges'> | undefined;
  /** Tags that may wait; 10,000 if absent. */
  readonly waitingMax?: number | undefined;
  /** 2 s if absent. */
  readonly repeatAfterMs?: number | undefined;
}

const WAITING_MAX = 10_000;
const TAGS_PER_REQUEST = 100;
const PAUSE_MS = 100;
/** An answer that left before the change may reach the CDN behind the request to forget it: so late, it is told once more. */
const REPEAT_AFTER_MS = 2_000;
const RETRY_MS = 200;
const RETRY_MS_MAX = 30_000;

export function createPurges({ hook, logger, metrics, ...options }: PurgesOptions): Purges {
  const { waitingMax = WAITING_MAX, repeatAfterMs = REPEAT_AFTER_MS } = options;
  const waiting = createWaitingTags(waitingMax);
  /** Told once, by the timer of the second time. No more than can be told in so long. */
  const toRepeat = new Map<ReturnType<typeof setTimeout>, readonly Forgotten[]>();
  const pause = createPause();
  const abort = new AbortController();
  let failures = 0;
  let isStopping = false;
  let running: Promise<void> | undefined;

  const add = (one: Forgotten): void => {
    waiting.add(one);
    if (!abort.signal.aborted) running ??= run();
  };
  const repeat = (timer: ReturnType<typeof setTimeout>): void => {
    const again = toRepeat.get(timer) ?? [];
    clearTimeout(timer);
    toRepeat.delete(timer);
    for (const one of again) add({ ...one, isRepeat: true });
  };
  /** Nothing is on its way any more behind what was told since the stop. */
  const repeatLater = (told: readonly Forgotten[], sinceStop: boolean): void => {
    const first = told.filter(({ isRepeat }) => !isRepeat);
    if (first.length === 0 || sinceStop) return;
    if (isStopping) return first.forEach((one) => add({ ...one, isRepeat: true }));
    const timer = setTimeout(() => repeat(timer), repeatAfterMs);
    toRepeat.set(timer, first);
  };
  const done = (told: readonly Forgotten[], sinceStop: boolean): void => {
    if (failures > 0) logger.info({ failures }, 'the CDN forgets again what it is told to');
    failures = 0;
    repeatLater(told, sinceStop);
  };
  const failed = (told: readonly Forgotten[], error: unknown): void => {
    if (failures === 0) logger.warn({ error: String(error) }, 'the CDN cannot be told what to forget: it is given nothing more to hold until it can');
    failures += 1;
    for (const one of told) waiting.add(one);
  };
  const tell = async (batch: readonly Forgotten[]): Promise<void> => {
    const names = batch.map(({ name }) => name);
    const sinceStop = isStopping;
    try {
      await hook.purge(names, abort.signal);
      done(batch, sinceStop);
    } catch (error) {
      failed(batch, error);
    }
    metrics?.purged({ tags: batch.length, failed: failures > 0 });
  };
  const pauseMs = (): number => {
    if (failures > 0) return isStopping ? RETRY_MS : retryAfterMs(failures);
    return isStopping ? 0 : PAUSE_MS;
  };
  const run = async (): Promise<void> => {
    // The other tags of the same change come in the same moment.
    await Promise.resolve();
    while (waiting.size() > 0 && !abort.signal.aborted) {
      await tell(waiting.take(TAGS_PER_REQUEST));
      await pause.begin(pauseMs());
    }
    running = undefined;
  };
  metrics?.watchPurges(() => waiting.size());

  return {
    add,
    works: () => failures === 0,
    async stop(ms) {
      isStopping = true;
      for (const timer of toRepeat.keys()) repeat(timer);
      pause.end();
      const late = setTimeout(() => {
        abort.abort();
        pause.end();
      }, ms);
      await running;
      clearTimeout(late);
      abort.abort();
      if (waiting.size() > 0) logger.warn({ tags: waiting.size() }, 'the CDN could not be told to forget these: it holds them until their time is up');
    },
  };
}

/** Twice as long each time, less by up to half by chance, so that gateways that failed together do not come back together. */
const retryAfterMs = (failures: number): number => Math.min(RETRY_MS_MAX, RETRY_MS * 2 ** (failures - 1)) * (0.5 + Math.random() / 2);
