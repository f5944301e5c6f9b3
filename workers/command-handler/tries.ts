/** In-process tries of one transaction: what can pass is waited out for a moment, with jitter; what it is decides how often. */
import {
  EventStoreUnavailableError,
  UnstorableError,
  WriteConflictError,
  WriteTimeoutError,
  type EventStoreTransaction,
  type TransactOptions,
} from '../../platform/event-store/event-store.ts';
import type { WorkerPorts } from '../kit/role.ts';
import { createPauses } from './parking-timing.ts';

/**
 * RACE: somebody else was faster, or a deadlock was broken up. AWAY: the write model cannot be reached, takes no writes or is full: nobody gets
 * through. SLOW: this did not get through in time, others may. UNSTORABLE: it never will. TROUBLE: anything else, a defect for example.
 */
export type FailureKind = 'RACE' | 'AWAY' | 'SLOW' | 'UNSTORABLE' | 'TROUBLE';

export function kindOfFailure(error: unknown): FailureKind {
  if (error instanceof WriteConflictError) return 'RACE';
  if (error instanceof WriteTimeoutError) return 'SLOW';
  if (error instanceof EventStoreUnavailableError) return 'AWAY';
  return error instanceof UnstorableError ? 'UNSTORABLE' : 'TROUBLE';
}

/** Tries in all. */
type Tries = Readonly<Record<FailureKind, number>>;
/** For many commands at once: which of them is at fault is found out at once. What is slow has been waited for already. */
export const TRIES_OF_MANY: Tries = { RACE: 8, AWAY: 4, SLOW: 1, UNSTORABLE: 1, TROUBLE: 1 };
export const TRIES_OF_ONE: Tries = { ...TRIES_OF_MANY, TROUBLE: 3 };

const PAUSES_MS: Readonly<Record<FailureKind, readonly [min: number, max: number]>> = {
  RACE: [1, 100],
  AWAY: [100, 1_000],
  SLOW: [0, 0],
  UNSTORABLE: [0, 0],
  TROUBLE: [20, 500],
};

export type TriesPorts = Pick<WorkerPorts, 'eventStore' | 'clock' | 'logger'>;

/** Rejects with the last error, or with the signal's reason where it aborted between two tries: whoever owns the partition now goes on then. */
export async function transactWithTries<T>(
  ports: TriesPorts,
  tries: Tries,
  signal: AbortSignal,
  work: (tx: EventStoreTransaction, at: string) => Promise<T>,
  options?: TransactOptions,
): Promise<T> {
  const pauses = new Map<FailureKind, () => Promise<void>>();
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await ports.eventStore.transact((tx) => work(tx, ports.clock.now().toISOString()), options);
    } catch (error) {
      const kind = kindOfFailure(error);
      if (attempt >= tries[kind]) throw error;
      signal.throwIfAborted();
      ports.logger.debug({ attempt, kind, error }, 'a transaction of the command handler failed; it is tried again');
      const pause = pauses.get(kind) ?? createPauses(...PAUSES_MS[kind], signal);
      pauses.set(kind, pause);
      await pause();
    }
  }
}
