/** The origin over the write model itself: for workers, and for gateways in the same process. */
import { fold } from '../../domain/aggregate.ts';
import type { StreamId } from '../../domain/ids.ts';
import { streamKey, type EventStore } from '../event-store/event-store.ts';
import { viewPut } from '../read-models/view-put.ts';
import type { Origin } from './origin.ts';

export function createStoreOrigin(eventStore: Pick<EventStore, 'loadStreams' | 'findOutcome'>): Origin {
  return {
    async views(refs) {
      const streams = refs.map(({ tenant, id }) => ({ tenant, streamId: id as StreamId }));
      const events = await eventStore.loadStreams([...new Map(streams.map((ref) => [streamKey(ref), ref])).values()]);
      return streams.map((ref) => {
        const aggregate = fold(events.get(streamKey(ref)) ?? []);
        return aggregate ? viewPut(aggregate) : null;
      });
    },
    receipt: (tenant, id) => eventStore.findOutcome(tenant, id),
  };
}
