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
  readonly onEnd: () => void;
}

export interface Subscriber extends AsyncIterableIterator<FeedItem> {
  push(message: Delivered): void;
  /** Ends it with a last item that says where to resume. */
  endWith(reason: string): void;
  return(): Promise<IteratorReturnResult<undefined>>;
}

const isBehind = (cursor: string, other: string): boolean => compareCursors(cursor, other) > 0;
const DONE = { done: true, value: undefined } as const;

export function createSubscriber({ accept, queueMax, catchUp, onEnd, ...options }: SubscriberOptions): Subscriber {
  let queue: FeedItem[] = [];
  let waiters: ((result: IteratorResult<FeedItem, undefined>) => void)[] = [];
  /** Behind everything that the client was given or has no interest in. */
  let cursor = options.cursor;
  /** False while it catches up: live messages wait in the queue. */
  let live = catchUp === undefined;
  let past: PastPage = { messages: [], more: true };
  let pastAt = 0;
  let state: 'open' | 'ending' | 'ended' = 'open';

  const finish = (): void => {
    state = 'ended';
    queue = [];
    const waiting = waiters;
    waiters = [];
    for (const resolve of waiting) resolve(DONE);
  };
  const give = (item: FeedItem): IteratorYieldResult<FeedItem> => {
    if ('cursor' in item) cursor = item.cursor;
    return { done: false, value: item };
  };
  /** The last item: what waited is dropped, the client gets it again when it resumes. */
  const end = (error: ApiError): void => {
    if (state !== 'open') return;
    state = 'ending';
    live = true;
    queue = [error];
    onEnd();
    flush();
  };
  const flush = (): void => {
    while (waiters.length > 0 && queue.length > 0 && live) {
      const item = queue.shift();
      if (item !== undefined) waiters.shift()?.(give(item));
    }
    if (state === 'ending' && queue.length === 0) finish();
  };
  const readPast = async (): Promise<void> => {
    const page = await catchUp?.(cursor);
    if (state !== 'open' || page === undefined) return;
    if (page instanceof Error) end(page);
    else [past, pastAt] = [page, 0];
  };
  /** The next of what lies before the live messages; undefined once the seam is reached. */
  const nextPast = async (): Promise<Delivered | undefined> => {
    while (state === 'open') {
      const message = past.messages[pastAt++];
      if (message !== undefined) {
        if (accept(message)) return message;
        cursor = message.cursor;
      } else if (past.more) await readPast();
      else break;
    }
    return undefined;
  };
  const goLive = (): void => {
    live = true;
    queue = queue.filter((item) => !('cursor' in item) || isBehind(item.cursor, cursor));
  };

  const subscriber: Subscriber = {
    push(message) {
      if (state !== 'open' || (catchUp !== undefined && live && !isBehind(message.cursor, cursor))) return;
      if (!accept(message)) {
        if (live && queue.length === 0) cursor = message.cursor;
        return;
      }
      if (queue.length >= queueMax) return end(resumeRequired('you read more slowly than things change', cursor));
      queue.push(message);
      flush();
    },
    endWith(reason) {
      end(resumeRequired(reason, cursor));
    },
    async next() {
      if (!live) {
        const message = await nextPast();
        if (message !== undefined) return give(message);
        goLive();
      }
      if (state === 'ended') return DONE;
      return new Promise((resolve) => {
        waiters.push(resolve);
        flush();
      });
    },
    async return() {
      if (state === 'open') onEnd();
      finish();
      return DONE;
    },
    [Symbol.asyncIterator]: () => subscriber,
  };
  return subscriber;
}
