/** The origin over the write model itself: for workers, and for gateways in the same process. */
import { fold } from '../../domain/aggregate.ts';
import { isDeadLetterId, isId } from '../../domain/ids.ts';
import type { RecordedEvent } from '../../domain/messages.ts';
import type { DeadLetters } from '../dead-letters/dead-letters.ts';
import { judgeReplay } from '../dead-letters/judge-replay.ts';
import { streamKey, type EventStore } from '../event-store/event-store.ts';
import type { ViewPut } from '../read-models/read-models.ts';
import { viewPut } from '../read-models/view-put.ts';
import { inOneFlight } from './one-flight.ts';
import type { Origin } from './origin.ts';

function putOf(events: readonly RecordedEvent[] = []): ViewPut | null {
  const aggregate = fold(events);
  return aggregate && viewPut(aggregate);
}

export interface StoreOriginOptions {
  readonly eventStore: Pick<EventStore, 'loadStreams' | 'findOutcome'>;
  readonly deadLetters: Pick<DeadLetters, 'list' | 'get'>;
}

export function createStoreOrigin({ eventStore, deadLetters }: StoreOriginOptions): Origin {
  return inOneFlight({
    async views(refs) {
      // What is no id of its kind is nowhere: the database need not be asked, and would refuse some of them.
      const streams = refs.map(({ tenant, kind, id }) => (isId(kind, id) ? { tenant, streamId: id } : null));
      const asked = new Map(streams.flatMap((ref) => (ref ? [[streamKey(ref), ref] as const] : [])));
      const events = asked.size > 0 ? await eventStore.loadStreams([...asked.values()]) : new Map<string, readonly RecordedEvent[]>();
      const puts = new Map([...asked.keys()].map((key) => [key, putOf(events.get(key))]));
      return streams.map((ref) => (ref ? (puts.get(streamKey(ref)) ?? null) : null));
    },
    receipt: async (tenant, id) => (isId('command', id) ? eventStore.findOutcome(tenant, id) : null),
    deadLetters: (query) => deadLetters.list(query),
    async deadLetter(tenant, id) {
      const letter = isDeadLetterId(id) ? await deadLetters.get(tenant, id) : null;
      return letter && { letter, replay: judgeReplay(letter) };
    },
  });
}
