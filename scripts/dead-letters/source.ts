/** Where `npm run dead-letters` finds dead letters and has them tried again: the API, or the database itself. */
import type { DeadLetterId } from '../../domain/ids.ts';
import type { CommandReceipt, CommandStatus } from '../../domain/messages.ts';
import type { DeadLetter, DeadLetterFilter, DeadLetterPage } from '../../platform/dead-letters/dead-letters.ts';

export interface LetterPageQuery {
  readonly filter: DeadLetterFilter;
  /** 1 to 100. */
  readonly first: number;
  /** `endCursor` of the page before. */
  readonly after?: string | undefined;
}
/** A letter, and what became of its command. */
export interface FoundLetter {
  readonly letter: DeadLetter;
  readonly receipt: Pick<CommandReceipt, 'status' | 'error'> | null;
}
export interface ReplayOutcome {
  /** ACCEPTED: it is in the log, and what came of it was not known in time (or not waited for). */
  readonly status: CommandStatus;
  /** Why it was rejected or put aside again. */
  readonly message: string | null;
}

/** Both answer the same to the same. Other errors than those named mean that the source cannot be asked at the moment. */
export interface DeadLetterSource {
  /** Newest first. */
  list(query: LetterPageQuery): Promise<DeadLetterPage>;
  get(id: DeadLetterId): Promise<FoundLetter | null>;
  /** Has the same command (with the same id) tried again. With `wait` it is waited for up to 5 s. Throws ReplayRefusedError. */
  replay(id: DeadLetterId, wait: boolean): Promise<ReplayOutcome>;
  close(): Promise<void>;
}

/** The letter cannot be tried again; the message says why. */
export class ReplayRefusedError extends Error {
  override readonly name = 'ReplayRefusedError';
}

export const outcomeOf = ({ status, error }: Pick<CommandReceipt, 'status' | 'error'>): ReplayOutcome => ({ status, message: error?.message ?? null });
