import { expect, it, vi } from 'vitest';
import { silentLogger, type Logger } from '../../../platform/telemetry/logger.ts';
import { backoffMs, createLoop } from '../../../workers/kit/loop.ts';

it('goes on after errors, says so meanwhile, and is well again after the next good step', async () => {
  const failures: unknown[] = [];
  const logger: Logger = { ...silentLogger, error: (fields) => void failures.push(fields) };
  let steps = 0;
  const seen: boolean[] = [];
  const loop = createLoop(logger, 'test', async () => {
    await Promise.resolve();
    steps += 1;
    seen.push(loop.health().ok);
    if (steps <= 2) throw new Error(`failure ${steps}`);
    return { pauseMs: 1 };
  });
  await vi.waitUntil(() => steps >= 4);
  expect(seen.slice(0, 4)).toEqual([true, false, false, true]);
  expect(loop.health()).toEqual({ ok: true, detail: 'runs' });
  expect(failures).toMatchObject([
    { loop: 'test', failures: 1 },
    { loop: 'test', failures: 2 },
  ]);
  await loop.stop();
});

it('backs off while errors last, up to five seconds and for ever', () => {
  expect([1, 2, 3, 5, 6, 100, 5_000].map(backoffMs)).toEqual([200, 400, 800, 3_200, 5_000, 5_000, 5_000]);
});

it('stops in the middle of a pause, however long, takes no further step, and may be stopped twice', async () => {
  let steps = 0;
  const loop = createLoop(silentLogger, 'test', async () => {
    steps += 1;
    return { pauseMs: 1_000_000 };
  });
  await vi.waitUntil(() => steps === 1);
  await loop.stop();
  await loop.stop();
  expect(steps).toBe(1);
});

it('tells the running step to end and waits for it', async () => {
  let ended = false;
  const entered = Promise.withResolvers<void>();
  const loop = createLoop(silentLogger, 'test', async (signal) => {
    entered.resolve();
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    await Promise.resolve();
    ended = true;
    return { pauseMs: 0 };
  });
  await entered.promise;
  await loop.stop();
  expect(ended).toBe(true);
});
