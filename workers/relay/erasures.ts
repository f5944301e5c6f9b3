/**
 * What the log still has to forget. Kept as two counts among the checkpoints, so that it outlives any crash: the erasures that were relayed, and how many
 * of them the log has forgotten. The first is written before the relay moves past the erasure.
 */
import type { EventStore } from '../../platform/event-store/event-store.ts';

export const ERASURES_RELAYED = 'relay:erasures';
export const ERASURES_FORGOTTEN = 'relay:erasures-forgotten';

export interface Erasures {
  /** Something about somebody who is erased is, or may be, in the log. Call `pay` next: until that succeeded the debt stands. */
  owe(): void;
  /** Durable once resolved; does nothing where nothing is owed. */
  pay(): Promise<void>;
}

/** `onPaid` is told when there is something new to forget. */
export function createErasures(eventStore: Pick<EventStore, 'loadCheckpoint' | 'saveCheckpoint'>, onPaid: () => void): Erasures {
  let owed = false;
  const count = async (): Promise<void> => {
    for (;;) {
      const before = await eventStore.loadCheckpoint(ERASURES_RELAYED);
      if (await eventStore.saveCheckpoint(ERASURES_RELAYED, String(Number(before) + 1), before)) return;
    }
  };
  return {
    owe() {
      owed = true;
    },
    async pay() {
      if (!owed) return;
      owed = false;
      try {
        await count();
      } catch (error) {
        owed = true;
        throw error;
      }
      onPaid();
    },
  };
}
