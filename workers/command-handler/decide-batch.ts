/** Many commands decided as one: loads all they need, decides in order, writes once. Runs inside one transaction. */
import type { CommandEnvelope } from '../../domain/messages.ts';
import { isCreation } from '../../domain/stream-ids.ts';
import { commandKey, streamKey, type EventStoreTransaction } from '../../platform/event-store/event-store.ts';
import { firstOfEach, isOpen, openOf, type Arrival } from './arrival.ts';
import type { Trouble } from './decide-parked.ts';
import { Ledger, nothingDone, type BatchResult } from './ledger.ts';
import { Lines } from './lines.ts';
import { load } from './load.ts';
import { deadLettered, messageOf } from './outcomes.ts';
import { retryDelayMs, type ParkingTiming } from './parking-timing.ts';

const NONE: ReadonlySet<string> = new Set();

/** Only these may go before what is parked, and then what is parked must be looked at. */
const mayGoFirst = ({ command }: CommandEnvelope): boolean => isCreation(command) || command.type === 'EraseLead';

/**
 * Handles the commands in their order, each once: one that the inbox knows keeps its first outcome, one whose lead has parked commands is parked
 * behind them, one whose lead is not there is parked to wait for it. `locked`: streams that somebody else holds, by streamKey.
 * Throws WriteConflictError (nothing written) where somebody else was faster; try again then.
 */
export async function decideBatch(
  tx: EventStoreTransaction,
  arrivals: readonly Arrival[],
  at: string,
  timing: ParkingTiming,
  locked: ReadonlySet<string> = NONE,
): Promise<BatchResult> {
  const { known, draft, parked } = await load(
    tx,
    arrivals.map(({ envelope }) => envelope),
  );
  const open = openOf(arrivals, known);
  if (open.length === 0) return nothingDone(known);
  const passing = parked.size === 0 ? [] : open.map(({ envelope }) => envelope).filter((envelope) => parked.has(streamKey(envelope)) && mayGoFirst(envelope));
  const waitingLines = passing.length > 0 ? await tx.lockParked(firstOfEach(passing, streamKey)) : [];
  const ledger = new Ledger(known, at);
  const lines = new Lines({ draft, ledger, parked, waitingLines, locked, timing, at });
  for (const arrival of open) lines.take(arrival);
  lines.finish();
  return ledger.write(tx, draft);
}

/**
 * Puts one command aside that did not get through by itself: for good where the write model refuses to hold its facts, else into the line of
 * its lead. Where it was handled before, that outcome stands.
 */
export async function putAside(tx: EventStoreTransaction, arrival: Arrival, at: string, trouble: Trouble): Promise<BatchResult> {
  const { envelope } = arrival;
  const known = await tx.findOutcomes([envelope]);
  if (!isOpen(envelope, known.get(commandKey(envelope)))) return nothingDone(known);
  const ledger = new Ledger(known, at);
  const dueInMs = trouble.isForGood ? null : retryDelayMs(trouble.timing, 1);
  const why = messageOf(trouble.error);
  if (dueInMs === null) ledger.settle(arrival, deadLettered(envelope, at, `the command could not be stored: ${why}`));
  else ledger.park(arrival, { attempts: 1, dueInMs, lastError: why });
  return ledger.write(tx);
}
