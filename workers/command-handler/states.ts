/**
 * What streams came to, remembered beside their events: the state after an event stands with that very object, for as long as somebody holds it
 * (the event store's memory does, for a while). So a command costs folding what is new about its lead. What was rolled back, erased or forgotten
 * takes its state along, as nobody ever meets these objects again.
 */
import { fold, type Aggregate } from '../../domain/aggregate.ts';
import type { RecordedEvent } from '../../domain/messages.ts';

const stateAfter = new WeakMap<RecordedEvent, Aggregate>();

/**
 * The state that the event, the last of its stream, led to; that of the one before it is not kept beside it. Where the event is undone, the next one
 * who asks for the stream folds it from the beginning.
 */
export function rememberState(last: RecordedEvent, state: Aggregate, before: RecordedEvent | undefined): void {
  if (before !== undefined) stateAfter.delete(before);
  stateAfter.set(last, state);
}

/** What `fold` answers, and throws where it does. */
export function foldOnward(events: readonly RecordedEvent[]): Aggregate | null {
  let from = events.length;
  let known: Aggregate | undefined;
  while (from > 0 && known === undefined) {
    const event = events[from - 1];
    known = event && stateAfter.get(event);
    if (known === undefined) from -= 1;
  }
  const state = fold(from === 0 ? events : events.slice(from), known ?? null);
  const [base, last] = [events[from - 1], events.at(-1)];
  // One state of each stream is enough.
  if (base !== undefined && base !== last) stateAfter.delete(base);
  if (last !== undefined && state !== null) stateAfter.set(last, state);
  return state;
}
