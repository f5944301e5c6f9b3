/** When parked commands are tried again, and how long a command waits for its lead. */
import { setTimeout as delay } from 'node:timers/promises';

export interface ParkingTiming {
  /** Milliseconds before the next round of tries, one for each round that failed; after the last of them comes the dead letter. A fifth is added or taken by chance. */
  readonly retryAfterMs: readonly number[];
  /** A command on a lead that is not there waits this long for its creation, in case it overtook it; then NOT_FOUND is final. Shorter than callers wait. */
  readonly creationPatienceMs: number;
  /** The same where the creation was accepted, and so is on its way in a slower lane. */
  readonly acceptedCreationPatienceMs: number;
  /** What was accepted while the receipts were away, gateways note down this soon after they are back; until then no receipt says nothing. */
  readonly notedLateMs: number;
  /** What another process parked is seen this soon after it is due. */
  readonly lookEveryMs: number;
}

export const PARKING_TIMING: ParkingTiming = {
  retryAfterMs: [1_000, 5_000, 30_000, 120_000, 600_000],
  creationPatienceMs: 2_000,
  acceptedCreationPatienceMs: 3_600_000,
  notedLateMs: 10_000,
  lookEveryMs: 1_000,
};

const RECHECK_MIN_MS = 300;
const RECHECK_MAX_MS = 10_000;

/** The pause behind the round `attempts`, null where there is no other round. */
export function retryDelayMs({ retryAfterMs }: ParkingTiming, attempts: number, chance = Math.random()): number | null {
  const ms = retryAfterMs[attempts - 1];
  return ms === undefined ? null : ms * (0.8 + 0.4 * chance);
}

/** How long until somebody looks again whether the lead is there: it is told by its creation, this is for where that was missed. */
export const recheckMs = (waitedMs: number): number => Math.min(Math.max(waitedMs * 2, RECHECK_MIN_MS), RECHECK_MAX_MS);

/** Pauses between tries, each drawn from the one before ("decorrelated jitter"): those who collided once do not meet again. Ends early by the signal's reason. */
export function createPauses(minMs: number, maxMs: number, signal: AbortSignal): () => Promise<void> {
  let beforeMs = minMs;
  return async () => {
    beforeMs = Math.min(maxMs, minMs + Math.random() * (beforeMs * 3 - minMs));
    await delay(beforeMs, undefined, { signal }).catch(() => signal.throwIfAborted());
  };
}
