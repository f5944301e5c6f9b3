/** How far a subscriber has come with every tenant: what it has seen is not given twice, what it missed is read from the logs. */
import type { TenantId } from '../../domain/ids.ts';
import type { Logger } from '../telemetry/logger.ts';
import { compareCursors } from './cursor.ts';
import type { Delivered } from './live-bus.ts';
import type { LiveLog } from './live-log.ts';

const PAGE = 500;

export interface LiveProgress {
  /** Gives the message on, unless it was given before. */
  accept(message: Delivered): void;
  /**
   * The first time: notes where every tenant is now. Later: nothing. Where that failed before, others follow already, from places that are not known here:
   * then it is said of every tenant that news may be missing.
   */
  begin(): Promise<void>;
  /** Gives on what the logs hold behind the place where each tenant was. */
  catchUp(): Promise<void>;
}

export interface LiveProgressOptions {
  readonly log: LiveLog;
  readonly logger: Logger;
  readonly onMessage: (message: Delivered) => void;
  readonly onGap: (tenant: TenantId) => void;
}

export function createLiveProgress({ log, logger, onMessage, onGap }: LiveProgressOptions): LiveProgress {
  const seen = new Map<TenantId, string>();
  let begun = false;
  let tried = false;

  const accept = (message: Delivered): void => {
    if (compareCursors(message.cursor, seen.get(message.tenant) ?? '') <= 0) return;
    seen.set(message.tenant, message.cursor);
    try {
      onMessage(message);
    } catch (error) {
      logger.error({ error: error instanceof Error ? error.message : String(error) }, 'a subscriber of the live bus failed');
    }
  };

  return {
    accept,
    async begin() {
      if (begun) return;
      const isLate = tried;
      tried = true;
      const tenants = await log.tenants();
      const latest = await log.latest(tenants);
      for (const tenant of tenants) seen.set(tenant, latest.get(tenant) ?? '');
      if (isLate) tenants.forEach(onGap);
      begun = true;
    },
    async catchUp() {
      // Tenants that spoke for the first time meanwhile are read from their beginning.
      const tenants = await log.tenants();
      // Their logs are gone, and what they said last with them.
      for (const tenant of seen.keys()) if (!tenants.includes(tenant)) onGap(tenant);
      let behind = new Map(tenants.map((tenant) => [tenant, seen.get(tenant) ?? '']));
      while (behind.size > 0) {
        const found = await log.sinceEach(behind, PAGE);
        behind = new Map();
        for (const [tenant, { messages, complete }] of found) {
          if (!complete) {
            logger.warn({ tenant }, 'the live log no longer holds everything that was missed');
            onGap(tenant);
          }
          for (const message of messages) accept(message);
          const last = messages.at(-1);
          if (last && messages.length >= PAGE) behind.set(tenant, last.cursor);
        }
      }
    },
  };
}
