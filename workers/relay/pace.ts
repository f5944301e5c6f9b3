/** How much each lane moves at once: the process has one thread and the log one producer, which a hot event must not wait for. */
import type { Lane } from '../../domain/messages.ts';

const PAGE_MAX = 1_000;
/** Some milliseconds of work: what a hot event waits for at the most. */
const PAGE_MAX_BESIDE_HOT = 100;
/** Hot is thought to have work for this long after its last. */
const HOT_LATELY_MS = 1_000;

export interface Pace {
  /** Events in the lane's next page at the most. */
  pageMax(lane: Lane): number;
  /** Tells that the lane moved so many. */
  moved(lane: Lane, events: number): void;
}

export function createPace(): Pace {
  let hotUntilMs = 0;
  return {
    pageMax: (lane) => (lane !== 'hot' && performance.now() < hotUntilMs ? PAGE_MAX_BESIDE_HOT : PAGE_MAX),
    moved(lane, events) {
      if (lane === 'hot' && events > 0) hotUntilMs = performance.now() + HOT_LATELY_MS;
    },
  };
}
