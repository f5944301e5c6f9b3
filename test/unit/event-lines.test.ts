import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createEventLines } from '../../platform/live-bus/event-lines.ts';

describe('the life of an event stream', () => {
  beforeEach(() => void vi.useFakeTimers({ now: 10_000 }));
  afterEach(() => void vi.useRealTimers());

  test('shows by what comes now, not by what had to wait: that may be old, and more of it on its way', async () => {
    let push: (text: string) => void = () => undefined;
    const body = new ReadableStream<Uint8Array>({ start: (controller) => void (push = (text) => controller.enqueue(new TextEncoder().encode(text))) });
    const lines = createEventLines(body);
    const begunMs = performance.now();
    const at = async (ms: number, text: string): Promise<[bytes: number, sign: number]> => {
      vi.advanceTimersByTime(begunMs + ms - performance.now());
      push(`data: ${text}\n`);
      expect(await lines.next()).toBe(text);
      return [lines.lastBytesAtMs() - begunMs, lines.lastSignAtMs() - begunMs];
    };
    expect(await at(400, 'live')).toEqual([400, 400]);
    expect(await at(20_400, 'from long ago')).toEqual([20_400, 400]);
    expect(await at(20_410, 'from long ago, too')).toEqual([20_410, 400]);
    // Whatever the clock of the day is set to.
    vi.setSystemTime(0);
    expect(await at(20_800, 'live again')).toEqual([20_800, 20_800]);
  });
});
