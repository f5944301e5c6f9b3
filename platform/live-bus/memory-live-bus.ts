/** The live bus of one process: what the embedded size uses. Its log is gone with the process, so that older cursors are then incomplete. */
import type { TenantId } from '../../domain/ids.ts';
import { systemClock, type Clock } from '../clock.ts';
import { silentLogger, type Logger } from '../telemetry/logger.ts';
import { compareCursors, cursorOf } from './cursor.ts';
import type { Delivered, LiveBus } from './live-bus.ts';

export interface MemoryLiveBusOptions {
  /** Messages kept for each tenant; 10,000 if absent. */
  readonly keep?: number | undefined;
  readonly clock?: Clock | undefined;
  readonly logger?: Logger | undefined;
}
interface TenantLog {
  /** Oldest first; may be a quarter longer than what is kept, so that trimming is rare. */
  entries: Delivered[];
  trimmed: boolean;
}

/** The position of the first entry behind the cursor. */
function positionBehind(entries: readonly Delivered[], cursor: string): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const entry = entries[middle];
    if (entry && compareCursors(entry.cursor, cursor) <= 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

export function createMemoryLiveBus({ keep = 10_000, clock = systemClock, logger = silentLogger }: MemoryLiveBusOptions = {}): LiveBus {
  const logs = new Map<TenantId, TenantLog>();
  const listeners = new Set<(message: Delivered) => void>();
  let lastMs = 0;
  let sequence = 0;

  const nextCursor = (): string => {
    const nowMs = clock.now().getTime();
    if (nowMs > lastMs) sequence = 0;
    else sequence++;
    lastMs = Math.max(nowMs, lastMs);
    return cursorOf(`${lastMs}-${sequence}`);
  };
  const logOf = (tenant: TenantId): TenantLog => {
    const log = logs.get(tenant) ?? { entries: [], trimmed: false };
    logs.set(tenant, log);
    return log;
  };
  const tell = (message: Delivered): void => {
    for (const listener of listeners) {
      try {
        listener(message);
      } catch (error) {
        logger.error({ error: error instanceof Error ? error.message : String(error) }, 'a subscriber of the live bus failed');
      }
    }
  };

  return {
    async publish(messages) {
      for (const message of messages) {
        const log = logOf(message.tenant);
        const delivered = { ...message, cursor: nextCursor() };
        log.entries.push(delivered);
        if (log.entries.length > keep * 1.25) {
          log.entries = log.entries.slice(-keep);
          log.trimmed = true;
        }
        tell(delivered);
      }
    },
    async subscribe(onMessage) {
      // A wrapper of its own: the same function may subscribe twice.
      const listener = (message: Delivered): void => onMessage(message);
      listeners.add(listener);
      return { silentMs: () => 0, prove: () => undefined, stop: async () => void listeners.delete(listener) };
    },
    async since(tenant, cursor, limit) {
      const { entries, trimmed } = logs.get(tenant) ?? { entries: [], trimmed: false };
      const from = positionBehind(entries, cursor);
      const complete = cursor === '' ? !trimmed : entries[from - 1]?.cursor === cursor;
      return { messages: entries.slice(from, from + limit), complete };
    },
    latest: async (tenant) => logs.get(tenant)?.entries.at(-1)?.cursor ?? '',
    check: async () => undefined,
    close: async () => listeners.clear(),
  };
}
