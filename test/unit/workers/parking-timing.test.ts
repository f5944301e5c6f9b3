import { describe, expect, it } from 'vitest';
import { createPauses, PARKING_TIMING, recheckMs, retryDelayMs } from '../../../workers/command-handler/parking-timing.ts';

describe('the times of parked commands', () => {
  it('grow with the rounds that failed, with a fifth more or less by chance, and end', () => {
    const delays = (chance: number) => [1, 2, 3, 4, 5, 6].map((attempts) => retryDelayMs(PARKING_TIMING, attempts, chance));
    expect(delays(0.5)).toEqual([1_000, 5_000, 30_000, 120_000, 600_000, null]);
    expect(delays(0)).toEqual([800, 4_000, 24_000, 96_000, 480_000, null]);
    expect(retryDelayMs({ ...PARKING_TIMING, retryAfterMs: [] }, 1)).toBeNull();
  });

  it('let NOT_FOUND be final while a caller still waits for it', () => {
    let waitedMs = 0;
    const looks: number[] = [];
    while (waitedMs < PARKING_TIMING.creationPatienceMs) {
      waitedMs += Math.min(recheckMs(waitedMs), PARKING_TIMING.creationPatienceMs - waitedMs);
      looks.push(waitedMs);
    }
    expect(looks).toEqual([300, 900, 2_000]);
    expect(recheckMs(3_600_000)).toBe(10_000);
  });

  it('keep pauses between their bounds, and end with the reason of the signal', async () => {
    const stop = new AbortController();
    const pause = createPauses(1, 5, stop.signal);
    const startedAt = performance.now();
    for (let n = 0; n < 5; n += 1) await pause();
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(4);
    const waiting = createPauses(60_000, 60_000, stop.signal)();
    stop.abort(new Error('the partition was lost'));
    await expect(waiting).rejects.toThrow('the partition was lost');
  });
});
