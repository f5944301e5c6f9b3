/** What the servers of the watchers' scenario have in common: the parent says how many events there are to be, and hears when the first one began. */
import { setTimeout as delay } from 'node:timers/promises';
import { announce } from './peer-data.ts';

export const nowMs = (): number => performance.timeOrigin + performance.now();

export interface EventsJob {
  readonly events: number;
  /** From one to the next; at once if absent. What is late is caught up on. */
  readonly everyMs?: number;
}

export interface EventsDone {
  readonly beganAtMs: number;
}

export function serveEvents({ url, token = '' }: { readonly url: string; readonly token?: string }, happen: () => void | Promise<void>): void {
  process.on('message', ({ events, everyMs = 0 }: EventsJob) => {
    void (async () => {
      // None: a moment to measure memory at.
      if (events === 0) globalThis.gc?.();
      const beganAtMs = nowMs();
      for (let event = 0; event < events; event += 1) {
        await happen();
        const waitMs = beganAtMs + (event + 1) * everyMs - nowMs();
        if (everyMs > 0 && waitMs > 0) await delay(waitMs);
      }
      process.send?.({ beganAtMs } satisfies EventsDone);
    })();
  });
  process.on('SIGTERM', () => process.exit(0));
  announce(`${url} ${token}`);
}

/** The result that all of them send, as JSON. Its cursor begins with the moment, as ours does. */
export const resultOf = (version: number): string =>
  JSON.stringify({
    data: {
      leadScoreChanged: {
        cursor: `${String(Math.round(nowMs())).padStart(15, '0')}-0000000000`,
        lead: { id: 'lead_ada', version, lastName: 'Lovelace' },
        score: 60,
        direction: 'FIRST',
      },
    },
  });
