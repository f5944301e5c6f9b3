/** One subscriber: a bounded queue between the live feed and a client that reads at its own pace. */
import { compareCursors } from '../../platform/live-bus/cursor.ts';
import type { Delivered } from '../../platform/live-bus/live-bus.ts';
import { resumeRequired, type ApiError } from '../errors.ts';

/** An error is the last item; it says where to resume. */
export type FeedItem = Delivered | ApiError;

export interface PastPage {
  readonly messages: readonly Delivered[];
  /** False on the last page. */
  readonly more: boolean;
}

export interface SubscriberOptions {
  readonly accept: (message: Delivered) => boolean;
  /** Messages that may wait for the client; beyond that it is ended, so that one slow reader costs nobody else memory. */
  readonly queueMax: number;
  /** Where it stands at the beginning. */
  readonly cursor: string;
  /** Reads on from where it stands up to the live messages; absent: it begins with those. */
  readonly catchUp: ((cursor: string) => Promise<PastPage | ApiError>) | undefined;
  /** Called once, when it takes no more messages. */
  readonly onEnd: () => void;
}

type Result = IteratorResult<FeedItem, undefined>;
const DONE = { done: true, value: undefined } as const;

/** A class, because its state is the point: first the past, page by page, then what waited meanwhile, then what comes. */
export class Subscriber implements AsyncIterableIterator<FeedItem, undefined> {
  readonly #options: SubscriberOptions;
  #queue: FeedItem[] = [];
  #waiters: ((result: Result) => void)[] = [];
  /** Behind everything that the client was given or has no interest in. */
  #cursor: string;
  #state: 'catching-up' | 'live' | 'ending' | 'ended';
  #past: PastPage = { messages: [], more: true };
  #pastAt = 0;

  constructor(options: SubscriberOptions) {
    this.#options = options;
    this.#cursor = options.cursor;
    this.#state = options.catchUp === undefined ? 'live' : 'catching-up';
  }

  /** A live message. */
  push(message: Delivered): void {
    if (this.#isOver() || this.#wasTold(message)) return;
    if (!this.#options.accept(message)) {
      if (this.#state === 'live' && this.#queue.length === 0) this.#cursor = message.cursor;
      return;
    }
    if (this.#queue.length >= this.#options.queueMax) {
      this.#end(resumeRequired('you read more slowly than things change', this.#cursor));
      return;
    }
    this.#queue.push(message);
    this.#flush();
  }

  /** Ends it with a last item that says where to resume. */
  endWith(reason: string): void {
    this.#end(resumeRequired(reason, this.#cursor));
  }

  async next(): Promise<Result> {
    while (this.#state === 'catching-up') {
      const message = await this.#nextPast();
      if (message !== undefined) return this.#give(message);
    }
    if (this.#state === 'ended') return DONE;
    return new Promise((resolve) => {
      this.#waiters.push(resolve);
      this.#flush();
    });
  }

  /** The client went away; whoever waits for the next item is released at once. */
  async return(): Promise<IteratorReturnResult<undefined>> {
    if (!this.#isOver()) this.#options.onEnd();
    this.#finish();
    return DONE;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Past the seam, the bus may still tell what the past had already. */
  #wasTold({ cursor }: Delivered): boolean {
    return this.#state === 'live' && this.#options.catchUp !== undefined && compareCursors(cursor, this.#cursor) <= 0;
  }

  #isOver(): boolean {
    return this.#state === 'ending' || this.#state === 'ended';
  }

  /** The next message of the past; undefined where there is none at the moment, or where the past is over. */
  async #nextPast(): Promise<Delivered | undefined> {
    const message = this.#past.messages[this.#pastAt];
    if (message !== undefined) {
      this.#pastAt++;
      if (this.#options.accept(message)) return message;
      this.#cursor = message.cursor;
    } else if (this.#past.more) await this.#readPast();
    else this.#goLive();
    return undefined;
  }

  async #readPast(): Promise<void> {
    const page = await this.#options.catchUp?.(this.#cursor);
    if (this.#isOver() || page === undefined) return;
    if (page instanceof Error) this.#end(page);
    else [this.#past, this.#pastAt] = [page, 0];
  }

  /** The seam: what waited meanwhile and lies before it was told from the past. */
  #goLive(): void {
    this.#queue = this.#queue.filter((item) => !('cursor' in item) || compareCursors(item.cursor, this.#cursor) > 0);
    this.#state = 'live';
  }

  #give(item: FeedItem): IteratorYieldResult<FeedItem> {
    if ('cursor' in item) this.#cursor = item.cursor;
    return { done: false, value: item };
  }

  #flush(): void {
    if (this.#state === 'catching-up') return;
    while (this.#waiters.length > 0) {
      const item = this.#queue.shift();
      if (item === undefined) break;
      this.#waiters.shift()?.(this.#give(item));
    }
    if (this.#state === 'ending' && this.#queue.length === 0) this.#finish();
  }

  /** What waits is dropped: the client gets it again when it resumes. */
  #end(last: ApiError): void {
    if (this.#isOver()) return;
    this.#state = 'ending';
    this.#queue = [last];
    this.#options.onEnd();
    this.#flush();
  }

  #finish(): void {
    this.#state = 'ended';
    this.#queue = [];
    for (const release of this.#waiters.splice(0)) release(DONE);
  }
}
