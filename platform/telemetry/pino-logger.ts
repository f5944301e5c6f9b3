/** The logger of Node processes: JSON lines by pino. */
import { pino, type DestinationStream } from 'pino';
import type { LogLevel } from '../config/shared-settings.ts';
import type { Logger } from './logger.ts';

/** Bearer tokens and secrets never reach the log, however deep a caller put them. */
const REDACTED = ['authorization', 'token', 'secret', 'password', 'cookie'].flatMap((name) => [name, `*.${name}`, `*.*.${name}`]);

/** `name` says which process speaks. Writes to standard output unless another destination is given. */
export function createLogger(level: LogLevel, name: string, destination?: DestinationStream): Logger {
  const options = { level, name, redact: REDACTED, serializers: { error: pino.stdSerializers.err }, timestamp: () => `,"time":"${new Date().toISOString()}"` };
  const logger = destination === undefined ? pino(options) : pino(options, destination);
  return {
    debug: (fields, message) => logger.debug(fields, message),
    info: (fields, message) => logger.info(fields, message),
    warn: (fields, message) => logger.warn(fields, message),
    error: (fields, message) => logger.error(fields, message),
  };
}
