/** Why there is no answer from the AI, in the kinds that the circuit and the operators tell apart. */
export type AiFailureKind =
  /** 529, 5xx, a broken connection: the service is ill. Counts. */
  | 'UNAVAILABLE'
  /** No answer in time. Counts; not tried again, as the caller's time is up too. */
  | 'TIMED_OUT'
  /** It answered, but not what was asked for. Counts: a service that answers nonsense is of no use either. */
  | 'INVALID_ANSWER'
  /** 429 with a time to wait: a limit, no illness. Never counts. */
  | 'LIMITED'
  /** The budget is spent: nothing but money or the next month helps. Opens the circuit for long. */
  | 'SPENT'
  /** 400, 401, 403, 413 and their like: our own mistake or a missing right. Never counts, is reported. */
  | 'REFUSED'
  /** The model would not, or its answer rests on what must not be used. About this lead, not the service. Never counts. */
  | 'DECLINED'
  /** Not asked at all: the circuit is open, the limit still holds, or the line of waiting calls is full. */
  | 'NOT_ASKED';

export class AiFailure extends Error {
  override readonly name = 'AiFailure';
  readonly kind: AiFailureKind;
  /** LIMITED: milliseconds to wait. */
  readonly retryAfterMs: number | undefined;
  /** The HTTP status, where there was one. */
  readonly status: number | undefined;

  constructor(kind: AiFailureKind, message: string, details: { retryAfterMs?: number; status?: number | undefined; cause?: unknown } = {}) {
    super(message, { cause: details.cause });
    this.kind = kind;
    this.retryAfterMs = details.retryAfterMs;
    this.status = details.status;
  }
}

const COUNTED: ReadonlySet<AiFailureKind> = new Set(['UNAVAILABLE', 'TIMED_OUT', 'INVALID_ANSWER', 'SPENT']);

/** True where the failure is a reason to leave the service alone for a while. */
export const countsAgainstService = (error: unknown): boolean => error instanceof AiFailure && COUNTED.has(error.kind);
