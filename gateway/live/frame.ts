/** One result of a subscription, made once and sent to all who asked for it. */

export interface Frame {
  /** Resume behind it. */
  readonly cursor: string;
  /** Where only the newest of several counts: what they are about. */
  readonly about: string | undefined;
  /** The result as JSON. */
  readonly text: string;
  /** False: an error stands in it that may pass. */
  readonly isWhole: boolean;
}

/** Results that go out together, oldest first. Forms that are the same for all members of a transport are made once. */
export class Batch {
  readonly frames: readonly Frame[];
  #sse: Buffer | undefined;
  #ends: readonly Buffer[] | undefined;

  constructor(frames: readonly Frame[]) {
    this.frames = frames;
  }

  /** As an event stream. */
  get sse(): Buffer {
    this.#sse ??= Buffer.from(this.frames.map(sseOf).join(''));
    return this.#sse;
  }

  /** What messages of graphql-transport-ws end with, whatever stands before the result. */
  get ends(): readonly Buffer[] {
    this.#ends ??= this.frames.map(({ text }) => Buffer.from(`${text}}`));
    return this.#ends;
  }

  /** Cursor of the newest. */
  get cursor(): string {
    return this.frames.at(-1)?.cursor ?? '';
  }
}

/** The form that clients of GraphQL over SSE read; its id is what they send back in Last-Event-ID. */
export const sseOf = ({ cursor, text }: Pick<Frame, 'cursor' | 'text'>): string => `event: next\ndata: ${text}\n${cursor === '' ? '' : `id: ${cursor}\n`}\n`;

/** The last result of somebody who is ended, and the end of its stream. */
export interface Farewell {
  /** JSON of a result that says why. */
  readonly text: string;
  /** The client is told to come back after so long. */
  readonly retryMs?: number | undefined;
}
