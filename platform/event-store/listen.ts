/** LISTEN on one channel, started when first needed. A lost connection costs promptness only: whoever waits also looks by itself now and then. */
import type { Sql } from './connect.ts';

export interface RingListener {
  /** Safe to call often. */
  start(): void;
  stop(): Promise<void>;
}

const RETRY_MS = 1_000;

/** Rings on every notification and after every (re)connection, when some may have been missed (the payload is then ''). `channel` null: does nothing. */
export function listenForRings(sql: Sql, channel: string | null, ring: (payload: string) => void): RingListener {
  let listening: Promise<{ unlisten: () => Promise<void> } | null> | null = null;
  let retryAtMs = 0;
  let stopped = false;
  return {
    start() {
      if (channel === null || stopped || listening !== null || performance.now() < retryAtMs) return;
      listening = sql
        .listen(channel, ring, () => ring(''))
        .catch(() => {
          // The database is away, which every query of the caller reports as well; the next wait tries again.
          listening = null;
          retryAtMs = performance.now() + RETRY_MS;
          return null;
        });
    },
    async stop() {
      stopped = true;
      const active = await listening;
      // The connection may be gone already, and with it what we listened to.
      await active?.unlisten().catch(() => undefined);
    },
  };
}
