/** A broken promise, precisely. */
export type PromiseName = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 'poison';

export interface Violation {
  readonly promise: PromiseName;
  readonly what: string;
  /** Keys of commands, ids of leads, events and commands that it is about. */
  readonly ids: readonly string[];
  readonly expected: unknown;
  readonly found: unknown;
}

export type Report = (violation: Violation) => void;
