/** A log that is opened when it is first needed, or a moment after the start: the first answers of a process do not wait for loading a client of Kafka. */
import type { Log } from './log.ts';

/** Requests that come at once with the start are answered by then; a command that comes later finds the log open. */
const OPENED_AFTER_MS = 2_000;

/** `open` is called once, and again only where it failed. `close` closes what was opened. */
export function createLateLog(open: () => Promise<Log>): Log {
  let opened: Promise<Log> | undefined;
  const log = (): Promise<Log> => {
    opened ??= open().catch((error: unknown) => {
      opened = undefined;
      throw error;
    });
    return opened;
  };
  // Who needs it is told what is wrong.
  const timer = setTimeout(() => void log().catch(() => undefined), OPENED_AFTER_MS).unref();
  return {
    ensureTopics: async (topics) => (await log()).ensureTopics(topics),
    append: async (records, options) => (await log()).append(records, options),
    consume: async (options) => (await log()).consume(options),
    lag: async (group, topic) => (await log()).lag(group, topic),
    trim: async (topic, groups, olderThanMs) => (await log()).trim(topic, groups, olderThanMs),
    check: async () => (await log()).check(),
    async close() {
      clearTimeout(timer);
      await (await opened)?.close();
    },
  };
}
