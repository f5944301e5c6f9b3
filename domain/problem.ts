/** What is wrong with a value that came from outside: where, and what to do about it. Returned, never thrown. */
import type { Rejection } from './messages.ts';

/** A class so that it can be told apart from every good value with instanceof. */
export class Problem {
  /** The input's field, as a dotted path. */
  readonly field: string;
  readonly message: string;

  constructor(field: string, message: string) {
    this.field = field;
    this.message = message;
  }
}

/** The rejection that a problem with the input comes to. */
export const rejectionOf = (problem: Problem): Rejection => ({ code: 'BAD_USER_INPUT', message: problem.message, field: problem.field });
