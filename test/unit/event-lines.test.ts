import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createEventLines } from '../../platform/live-bus/event-lines.ts';

describe('the life of an event stream', () => {
  beforeEach(() => void vi.useFakeTimers({ now: 10_000 }));
  afterEach(() => void vi.useRealTimers());

  test('shows by what comes now, not by what had to wait: that may be old, and more of it on its way', async () => {
    let push: (text: string) => void = () => undefined;
    const body = new ReadableStream<Uint8Array>({ start: (controller) => void (push = (text) => controller.enqueue(new TextEncoder().encode(text))) });
    const lines = createEventLines(body);
    const at = async (ms: number, text: string): Promise<[bytes: number, sign: number]> => {
      vi.setSystemTime(ms);
      push(`data: ${text}\n`);
      expect(await lines.next()).toBe(text);
      return [lines.lastBytesAtMs(), lines.lastSignAtMs()];
    };
    expect(await at(10_400, 'live')).toEqual([10_400, 10_400]);
    expect(await at(30_400, 'from long ago')).toEqual([30_400, 10_400]);
    expect(await at(30_410, 'from long ago, too')).toEqual([30_410, 10_400]);
    expect(await at(30_800, 'live again')).toEqual([30_800, 30_800]);
  });
});
