/** A background loop that survives errors, backs off while they last, and stops between two steps. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '../../platform/telemetry/logger.ts';

const BACKOFF_MIN_MS = 100;
const BACKOFF_MAX_MS = 5_000;

/** The pause after so many failures in a row. */
export const backoffMs = (failures: number): number => Math.min(BACKOFF_MIN_MS * 2 ** failures, BACKOFF_MAX_MS);

export interface Loop {
  stop(): Promise<void>;
  health(): { readonly ok: boolean; readonly detail: string };
}

/** Runs `step` again and again until stopped. A step that throws is logged and repeated after a pause that grows. */
export function createLoop(logger: Logger, name: string, step: (signal: AbortSignal) => Promise<{ readonly pauseMs: number }>): Loop {
  const stopping = new AbortController();
  const { signal } = stopping;
  let failures = 0;
  let lastError = '';
  // Aborting a pause is how stopping wakes it.
  const pause = (ms: number): Promise<void> => delay(ms, undefined, { signal }).catch(() => undefined);
  const run = async (): Promise<void> => {
    while (!signal.aborted) {
      try {
        const { pauseMs } = await step(signal);
        failures = 0;
        if (pauseMs > 0) await pause(pauseMs);
      } catch (error) {
        failures += 1;
        lastError = error instanceof Error ? error.message : String(error);
        logger.error({ loop: name, failures, error }, 'a step failed; it is tried again');
        await pause(backoffMs(failures));
      }
    }
  };
  const running = run();
  return {
    async stop() {
      stopping.abort();
      await running;
    },
    health: () => (failures === 0 ? { ok: true, detail: 'runs' } : { ok: false, detail: `failed ${failures} times in a row: ${lastError}` }),
  };
}
