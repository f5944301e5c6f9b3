/**
 * Telling readers in other processes of the lanes in which events were committed. Behind the commit and not in it: a transaction that notifies makes
 * all commits of the database wait for one another. What is lost on the way (the process dies in between) costs promptness only: readers look by
 * themselves now and then.
 */
import { LANES, type Lane } from '../../domain/messages.ts';
import type { Sql } from './connect.ts';
import { listenForRings, type RingListener } from './listen.ts';

/** Channel on which commits of events are announced; the payload names the lanes. */
const EVENTS_CHANNEL = 'lead_intelligence_events';
const BETWEEN = ',';

export interface Announcements {
  /** One request at a time, however many commits there are meanwhile. */
  announce(lanes: Iterable<Lane>): void;
  /** Hears what all processes announce, this one too. */
  readonly listener: RingListener;
  stop(): Promise<void>;
}

/** `notify` false: neither tells nor hears. */
export function createAnnouncements(sql: Sql, notify: boolean, onLanes: (lanes: readonly Lane[]) => void): Announcements {
  const listener = listenForRings(sql, notify ? EVENTS_CHANNEL : null, (payload) => onLanes(lanesIn(payload)));
  const waiting = new Set<Lane>();
  let sending: Promise<void> | undefined;

  const send = async (): Promise<void> => {
    while (waiting.size > 0) {
      const lanes = [...waiting].join(BETWEEN);
      waiting.clear();
      // The database is away, which every query reports as well: who comes back looks by himself.
      await sql`select pg_notify(${EVENTS_CHANNEL}, ${lanes})`.catch(() => undefined);
    }
    sending = undefined;
  };
  return {
    announce(lanes) {
      if (!notify) return;
      for (const lane of lanes) waiting.add(lane);
      if (waiting.size > 0) sending ??= send();
    },
    listener,
    async stop() {
      await Promise.all([listener.stop(), sending]);
    },
  };
}

/** All where it names none: the connection was made anew, and some may have been missed. */
function lanesIn(payload: string): readonly Lane[] {
  const named = payload.split(BETWEEN);
  const lanes = LANES.filter((lane) => named.includes(lane));
  return lanes.length > 0 ? lanes : LANES;
}
