/** A batch of commands through the write model, come what may: what can pass is tried again, the one at fault is found and put aside alone. */
import { streamKey, WriteTimeoutError, type TransactOptions } from '../../platform/event-store/event-store.ts';
import { firstOfEach, type Arrival } from './arrival.ts';
import { decideBatch, putAside } from './decide-batch.ts';
import type { BatchResult } from './ledger.ts';
import type { ParkingTiming } from './parking-timing.ts';
import { kindOfFailure, transactWithTries, TRIES_OF_MANY, TRIES_OF_ONE, type TriesPorts } from './tries.ts';

const both = (before: BatchResult, after: BatchResult): BatchResult => ({
  outcomes: new Map([...before.outcomes, ...after.outcomes]),
  handled: before.handled + after.handled,
  eventCount: before.eventCount + after.eventCount,
  parked: before.parked + after.parked,
  woken: before.woken + after.woken,
  forCallers: [...before.forCallers, ...after.forCallers],
  letters: [...before.letters, ...after.letters],
});

/** What comes in the cold lane leads to facts of the cold lane (eventLane). */
const optionsOf = (arrivals: readonly Arrival[]): TransactOptions => ({ coldOnly: arrivals.every(({ envelope }) => envelope.lane === 'cold') });

/**
 * Every command has its outcome in the inbox or its place in a line once this resolves; commands of one lead keep their order. Rejects where the
 * write model is away (nothing is lost: the batch comes again) and after the signal aborted between two tries.
 */
export async function carryOut(ports: TriesPorts, arrivals: readonly Arrival[], timing: ParkingTiming, signal: AbortSignal): Promise<BatchResult> {
  const [first] = arrivals;
  const tries = arrivals.length === 1 ? TRIES_OF_ONE : TRIES_OF_MANY;
  try {
    return await transactWithTries(ports, tries, signal, (tx, at) => decideBatch(tx, arrivals, at, timing), optionsOf(arrivals));
  } catch (error) {
    const kind = kindOfFailure(error);
    if (kind === 'AWAY' || signal.aborted || first === undefined) throw error;
    if (arrivals.length === 1) {
      ports.logger.warn({ error, command: first.envelope.id, type: first.envelope.command.type }, 'a command did not get through; it is put aside');
      return transactWithTries(ports, TRIES_OF_MANY, signal, (tx, at) => putAside(tx, first, at, { error, isForGood: kind === 'UNSTORABLE', timing }));
    }
    if (error instanceof WriteTimeoutError) {
      const rest = await withoutLocked(ports, arrivals, timing, signal);
      if (rest !== null) return rest;
    }
    // One of them is at fault: halves find it, and the others are applied.
    const middle = arrivals.length >> 1;
    const before = await carryOut(ports, arrivals.slice(0, middle), timing, signal);
    return both(before, await carryOut(ports, arrivals.slice(middle), timing, signal));
  }
}

/** Somebody may hold one of the leads: without it the others get through at once. Null where that is not what is wrong. */
async function withoutLocked(ports: TriesPorts, arrivals: readonly Arrival[], timing: ParkingTiming, signal: AbortSignal): Promise<BatchResult | null> {
  const streams = firstOfEach(
    arrivals.map(({ envelope }) => envelope),
    streamKey,
  );
  const locked = await ports.eventStore.findLocked(streams);
  if (locked.size === 0) return null;
  try {
    return await transactWithTries(ports, TRIES_OF_MANY, signal, (tx, at) => decideBatch(tx, arrivals, at, timing, locked), optionsOf(arrivals));
  } catch (error) {
    if (kindOfFailure(error) === 'AWAY' || signal.aborted) throw error;
    return null;
  }
}
