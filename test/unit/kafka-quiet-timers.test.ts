import { createRequire } from 'node:module';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { quietKafkaTimers } from '../../platform/log/kafka/quiet-timers.ts';

interface Queue {
  throttledUntil: number;
  pending: unknown[];
  checkPendingRequests(): void;
  push(request: object): void;
}
type QueueClass = new (options: object) => Queue;

const RequestQueue: QueueClass = createRequire(import.meta.url)('kafkajs/src/network/requestQueue');
const silent = { debug: () => undefined, warn: () => undefined };
const newQueue = (): Queue => new RequestQueue({ maxInFlightRequests: null, requestTimeout: 1_000, enforceRequestTimeout: false, logger: silent });

beforeEach(() => {
  vi.useFakeTimers();
  quietKafkaTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it('keeps no timer for a connection with nothing to send', () => {
  newQueue().checkPendingRequests();
  expect(vi.getTimerCount()).toBe(0);
});

it('still sends what waited for a throttle to end', () => {
  const queue = newQueue();
  queue.throttledUntil = Date.now() + 50;
  const sent: string[] = [];
  queue.push({ entry: { correlationId: 1 }, expectResponse: true, sendRequest: () => sent.push('one') });
  expect([sent, vi.getTimerCount()]).toEqual([[], 1]);
  vi.advanceTimersByTime(60);
  expect(sent).toEqual(['one']);
  expect(vi.getTimerCount()).toBe(0);
});

it('is applied once, however often it is asked for', () => {
  quietKafkaTimers();
  newQueue().checkPendingRequests();
  expect(vi.getTimerCount()).toBe(0);
});
