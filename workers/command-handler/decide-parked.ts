/** The line of parked commands of one lead, from its front: decided in order, as far as it goes. Runs inside one transaction. */
import { creationOf, isCreation } from '../../domain/stream-ids.ts';
import { commandKey, type EventStoreTransaction, type StreamRef } from '../../platform/event-store/event-store.ts';
import type { ParkedCommand } from '../../platform/event-store/parking.ts';
import { MalformedMessageError } from '../../platform/messages/decode.ts';
import { fromParked, isOpen, type Arrival } from './arrival.ts';
import { judge } from './judge.ts';
import { Ledger, nothingDone, type BatchResult } from './ledger.ts';
import { WAITS_FOR_CREATION } from './lines.ts';
import { load, type Loaded } from './load.ts';
import { deadLettered, messageOf } from './outcomes.ts';
import { recheckMs, retryDelayMs, type ParkingTiming } from './parking-timing.ts';

/** Commands of one lead in one transaction at the most. */
export const LINE_MAX = 100;

export interface ParkedRules {
  readonly timing: ParkingTiming;
  /** True where the command that makes the lead was accepted, or where that cannot be known. */
  readonly isCreationOnItsWay: boolean;
  /** Decides on no more than this many. */
  readonly commandsMax: number;
  /** Told which command comes first, before anything can go wrong with it. */
  readonly onFirst: (parked: ParkedCommand) => void;
}

type Waiting = Arrival & { readonly parked: ParkedCommand };
const readRow = (parked: ParkedCommand): Waiting => ({ ...fromParked(parked), parked });

/** Null where nobody may take from the line: its first is not due, or another works on it. Throws as decideBatch does. */
export async function decideParked(tx: EventStoreTransaction, ref: StreamRef, at: string, rules: ParkedRules): Promise<BatchResult | null> {
  const rows = await tx.takeParked(ref, LINE_MAX);
  const [head] = rows;
  if (head === undefined) return null;
  rules.onFirst(head);
  const { line, known, draft } = await loadLine(tx, ref, rows.map(readRow));
  rules.onFirst(line[0]?.parked ?? head);
  const ledger = new Ledger(known, at);
  const patienceMs = patienceFor(ref, known, rules);
  for (const waiting of line.slice(0, rules.commandsMax)) {
    const { envelope, parked } = waiting;
    if (!isOpen(envelope, known.get(commandKey(envelope)))) {
      ledger.unpark(parked);
      continue;
    }
    const verdict = judge(draft, envelope, at);
    const leftMs = patienceMs - parked.waitedMs;
    if (verdict.kind === 'WAITS' && leftMs > 0) {
      ledger.postpone({ ...parked, lastError: WAITS_FOR_CREATION, dueInMs: Math.min(recheckMs(parked.waitedMs), leftMs) });
      break;
    }
    if (verdict.kind === 'TROUBLE') {
      fail(ledger, waiting, at, { error: verdict.error, isForGood: false, timing: rules.timing });
      break;
    }
    ledger.settle(waiting, verdict.outcome, { attempts: parked.attempts + 1, firstFailedAt: parked.firstFailedAt });
    ledger.unpark(parked);
  }
  return ledger.write(tx, draft);
}

/** The line in the order in which it is decided: where the lead is not there, what makes it comes first, however late it was parked. */
async function loadLine(tx: EventStoreTransaction, ref: StreamRef, line: readonly Waiting[]): Promise<Loaded & { readonly line: readonly Waiting[] }> {
  const creation = creationOf(ref.streamId);
  const also = creation === null ? [] : [{ tenant: ref.tenant, id: creation }];
  const loadAll = (all: readonly Waiting[]): Promise<Loaded> => {
    const envelopes = all.map(({ envelope }) => envelope);
    return load(tx, envelopes, also);
  };
  const loaded = await loadAll(line);
  const isCreating = ({ envelope }: Waiting): boolean => isCreation(envelope.command);
  if (!loaded.isMissing(ref) || line[0] === undefined || isCreating(line[0])) return { ...loaded, line };
  const here = line.find(isCreating);
  if (here !== undefined) return { ...loaded, line: [here, ...line.filter((each) => each !== here)] };
  const behind = line.length < LINE_MAX ? undefined : (await tx.lockParked([ref])).map(readRow).find(isCreating);
  if (behind === undefined) return { ...loaded, line };
  const longer = [behind, ...line];
  return { ...(await loadAll(longer)), line: longer };
}

/** Whether the creation has its outcome is what the inbox says; whether it was accepted, the receipts. */
function patienceFor({ tenant, streamId }: StreamRef, known: Loaded['known'], { timing, isCreationOnItsWay }: ParkedRules): number {
  const creation = creationOf(streamId);
  if (creation !== null && known.has(commandKey({ tenant, id: creation }))) return 0;
  return isCreationOnItsWay ? timing.acceptedCreationPatienceMs : timing.creationPatienceMs;
}

export interface Trouble {
  readonly error: unknown;
  /** True where no other round can help. */
  readonly isForGood: boolean;
  readonly timing: ParkingTiming;
}

/** One more round of tries has failed: the line waits longer, or the command becomes a dead letter and the others may go on. */
function fail(ledger: Ledger, waiting: Waiting, at: string, { error, isForGood, timing }: Trouble): void {
  const { parked, envelope } = waiting;
  const attempts = parked.attempts + 1;
  const dueInMs = isForGood ? null : retryDelayMs(timing, attempts);
  if (dueInMs !== null) return ledger.postpone({ ...parked, attempts, lastError: messageOf(error), dueInMs });
  const outcome = deadLettered(envelope, at, `the command could not be carried out: ${messageOf(error)}`);
  ledger.settle(waiting, outcome, { attempts, firstFailedAt: parked.firstFailedAt });
  ledger.unpark(parked);
}

/** Notes that the command in this place of the line did not get through by itself. */
export async function failParked(
  tx: EventStoreTransaction,
  { seq, ...ref }: StreamRef & { readonly seq: string },
  at: string,
  trouble: Trouble,
): Promise<BatchResult> {
  const parked = (await tx.lockParked([ref])).find((each) => each.seq === seq);
  if (parked === undefined) return nothingDone();
  const known = await tx.findOutcomes([{ tenant: parked.tenant, id: parked.commandId }]);
  const ledger = new Ledger(known, at);
  const waiting = readOrNull(parked);
  // Parked by a program that knows more than this one: it stays for the next that can read it.
  if (waiting === null) ledger.postpone({ ...parked, lastError: messageOf(trouble.error), dueInMs: trouble.timing.retryAfterMs.at(-1) ?? 0 });
  else if (isOpen(waiting.envelope, known.get(commandKey(waiting.envelope)))) fail(ledger, waiting, at, trouble);
  else ledger.unpark(parked);
  return ledger.write(tx);
}

function readOrNull(parked: ParkedCommand): Waiting | null {
  try {
    return readRow(parked);
  } catch (error) {
    if (error instanceof MalformedMessageError) return null;
    throw error;
  }
}
