import { expect, test } from 'vitest';
import { silentLogger } from '../../../platform/telemetry/logger.ts';
import { createRefresher } from '../../../resolvers/loaders/refresher.ts';

test('one read at a time of a name, so many at a time altogether, and the rest is told that there is none', async () => {
  const refresher = createRefresher(silentLogger, 2);
  const gates = [Promise.withResolvers<void>(), Promise.withResolvers<void>()] as const;
  let reads = 0;
  const read = (at: 0 | 1) => () => {
    reads += 1;
    return gates[at].promise;
  };
  expect([refresher.run('a', read(0)), refresher.run('a', read(0)), refresher.run('b', read(1)), refresher.run('c', read(1))]).toEqual([
    true,
    true,
    true,
    false,
  ]);
  expect(reads).toBe(2);
  gates[0].resolve();
  gates[1].reject(new Error('it cannot be read'));
  await expect.poll(() => refresher.facts()).toEqual({ refreshed: 1, refreshesFailed: 1 });
  expect(refresher.run('c', async () => undefined)).toBe(true);
});

test('what is under way ends before the process does, and nothing begins any more', async () => {
  const refresher = createRefresher(silentLogger);
  const gate = Promise.withResolvers<void>();
  refresher.run('a', () => gate.promise);
  let isClosed = false;
  const closing = refresher.close().then(() => (isClosed = true));
  await Promise.resolve();
  expect([isClosed, refresher.run('b', async () => undefined)]).toEqual([false, false]);
  gate.resolve();
  await closing;
  expect(refresher.facts()).toMatchObject({ refreshed: 1 });
});
