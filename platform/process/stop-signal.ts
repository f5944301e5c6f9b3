/** Ctrl-C and SIGTERM: stop once, in order, and say so where it takes too long. */
import type { Logger } from '../telemetry/logger.ts';

/** A stop that has not ended by then is ended; what was not finished is handed out again by the log. */
const STOP_MAX_MS = 60_000;

export function onStopSignal(logger: Logger, stop: () => Promise<void>): void {
  let stopping = false;
  const onSignal = (signal: NodeJS.Signals): void => {
    if (stopping) return;
    stopping = true;
    logger.info({ signal }, 'stopping');
    setTimeout(() => {
      logger.error({}, `stopping took over ${STOP_MAX_MS} ms; leaving`);
      process.exit(1);
    }, STOP_MAX_MS).unref();
    stop().then(
      () => process.exit(0),
      (error: unknown) => {
        logger.error({ error }, 'stopping failed');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
}
