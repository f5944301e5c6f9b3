/** The logger of Node processes: JSON lines by pino. */
import { hostname } from 'node:os';
import { pino, type DestinationStream } from 'pino';
import type { LogLevel } from '../config/shared-settings.ts';
import type { Logger } from './logger.ts';

/** Bearer tokens and secrets never reach the log, however deep a caller put them. */
const REDACTED = ['authorization', 'token', 'secret', 'password', 'cookie'].flatMap((name) => [name, `*.${name}`, `*.*.${name}`]);

/** `name` says which process speaks. Writes to standard output unless another destination is given. */
export function createLogger(level: LogLevel, name: string, destination?: DestinationStream): Logger {
  // Asked here: pino asks while it is loaded, which in a snapshot (scripts/build/snapshot.ts) was another process, elsewhere.
  const base = { pid: process.pid, hostname: hostname() };
  const options = {
    level,
    name,
    base,
    redact: REDACTED,
    serializers: { error: pino.stdSerializers.err },
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
  };
  const logger = destination === undefined ? pino(options) : pino(options, destination);
  return {
    debug: (fields, message) => logger.debug(fields, message),
    info: (fields, message) => logger.info(fields, message),
    warn: (fields, message) => logger.warn(fields, message),
    error: (fields, message) => logger.error(fields, message),
  };
}
