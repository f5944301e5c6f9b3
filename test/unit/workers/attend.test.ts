import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DeadlineError, withDeadline, withHeartbeats } from '../../../workers/kit/attend.ts';

const never = new AbortController().signal;
/** Listened to from the start: it rejects while the test is busy with the time. */
const reasonOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );
const stuck = (): Promise<never> => new Promise(() => undefined);

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('a handler at work', () => {
  it('gets heartbeats until it ends, and none after', async () => {
    const heartbeat = vi.fn<() => Promise<void>>(async () => undefined);
    const work = Promise.withResolvers<string>();
    const working = withHeartbeats({ heartbeat, signal: never }, () => work.promise);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(heartbeat).toHaveBeenCalledTimes(20);
    work.resolve('done');
    await expect(working).resolves.toBe('done');
    await vi.advanceTimersByTimeAsync(10_000);
    expect(heartbeat).toHaveBeenCalledTimes(20);
  });

  it('hears at once that its partition was lost', async () => {
    const heartbeat = (): Promise<void> => Promise.reject(new Error('the partition was lost'));
    const reason = Promise.withResolvers<unknown>();
    const working = withHeartbeats({ heartbeat, signal: never }, async (signal) => {
      signal.addEventListener('abort', () => reason.resolve(signal.reason));
      await reason.promise;
    });
    await vi.advanceTimersByTimeAsync(500);
    await working;
    expect(await reason.promise).toMatchObject({ message: 'the partition was lost' });
  });

  it('is given up at its deadline, whether it listens to its signal or not, and its heartbeats end', async () => {
    const heartbeat = vi.fn<() => Promise<void>>(async () => undefined);
    let given: AbortSignal | undefined;
    const working = withHeartbeats({ heartbeat, signal: never }, (signal) =>
      withDeadline(signal, 5_000, (limited) => {
        given = limited;
        return stuck();
      }),
    );
    const failed = reasonOf(working);
    await vi.advanceTimersByTimeAsync(4_999);
    expect(given?.aborted).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(await failed).toBeInstanceOf(DeadlineError);
    expect([given?.aborted, heartbeat.mock.calls.length]).toEqual([true, 9]);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(heartbeat).toHaveBeenCalledTimes(9);
  });

  it('may end in order when it is told to stop, but not for ever', async () => {
    const stopping = new AbortController();
    const orderly = Promise.withResolvers<string>();
    const ending = withDeadline(stopping.signal, 60_000, () => orderly.promise);
    const hanging = reasonOf(withDeadline(stopping.signal, 60_000, stuck));
    stopping.abort(new Error('the consumer stops'));
    await vi.advanceTimersByTimeAsync(9_000);
    orderly.resolve('done');
    await expect(ending).resolves.toBe('done');
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await hanging).toMatchObject({ message: expect.stringContaining('within 10000 ms') });
  });

  it('leaves no timer behind', async () => {
    const stopping = new AbortController();
    await withDeadline(stopping.signal, 1_000, async () => undefined);
    stopping.abort();
    await withDeadline(stopping.signal, 1_000, async () => undefined);
    expect(vi.getTimerCount()).toBe(0);
  });
});
