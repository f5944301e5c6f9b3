/** Ctrl-C and SIGTERM: stop once, in order. */
import type { Logger } from '../../platform/telemetry/logger.ts';

/** Longer than requests are waited for; then the process leaves as it is. */
const STOP_MAX_MS = 30_000;

export function onStopSignal(logger: Logger, stop: () => Promise<void>): void {
  let stopping = false;
  async function stopOnce(signal: NodeJS.Signals): Promise<void> {
    if (stopping) return;
    stopping = true;
    logger.info({ signal }, 'stopping');
    setTimeout(() => leave(new Error(`stopping took over ${STOP_MAX_MS} ms`)), STOP_MAX_MS).unref();
    await stop().then(() => process.exit(0), leave);
  }
  const leave = (error: unknown): never => {
    logger.error({ err: error }, 'stopping failed');
    process.exit(1);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, (given) => void stopOnce(given));
}
