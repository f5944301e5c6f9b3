/** A log that is opened when it is first needed: who only reads does not pay for loading a client of Kafka. */
import type { Log } from './log.ts';

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
  return {
    ensureTopics: async (topics) => (await log()).ensureTopics(topics),
    append: async (records, options) => (await log()).append(records, options),
    consume: async (options) => (await log()).consume(options),
    lag: async (group, topic) => (await log()).lag(group, topic),
    trim: async (topic, groups, olderThanMs) => (await log()).trim(topic, groups, olderThanMs),
    check: async () => (await log()).check(),
    close: async () => (await opened)?.close(),
  };
}
