/** The logger of isolates: JSON lines on the console, which is where their platforms look for them. */
import type { LogLevel } from '../config/shared-settings.ts';
import type { Logger } from './logger.ts';

const ORDER: readonly LogLevel[] = ['trace', 'debug', 'info', 'warn', 'error', 'silent'];

/** `name` says which process speaks. */
export function createConsoleLogger(level: LogLevel, name: string): Logger {
  const at =
    (own: 'debug' | 'info' | 'warn' | 'error') =>
    (fields: object, message: string): void => {
      if (ORDER.indexOf(own) < ORDER.indexOf(level)) return;
      // oxlint-disable-next-line no-console -- the one place where isolates write their log
      console[own](JSON.stringify({ level: own, name, time: new Date().toISOString(), ...fields, msg: message }, plainError));
    };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

/** Errors have nothing that JSON sees by itself. */
const plainError = (_key: string, value: unknown): unknown =>
  value instanceof Error ? { type: value.name, message: value.message, stack: value.stack, cause: value.cause } : value;
