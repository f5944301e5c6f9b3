/** What followers of the feed are told of what this process did not hear. */
import { expect, it } from 'vitest';
import { createMemoryLiveBus } from '../../../platform/live-bus/memory-live-bus.ts';
import { silentLogger } from '../../../platform/telemetry/logger.ts';
import { createLiveFeed } from '../../../resolvers/live/live-feed.ts';
import { ACME } from '../../support/brokerage.ts';

it('ends one that was taken in while news were lost with the cursor to resume from', async () => {
  const memory = createMemoryLiveBus();
  await memory.publish([{ tenant: ACME, kind: 'lead', id: 'lead_ada', version: 1, at: '2026-03-10T20:00:00.000Z', events: [] }]);
  let lose = (): void => undefined;
  const feed = createLiveFeed(
    {
      ...memory,
      subscribe(onMessage, onState, onGap) {
        lose = () => onGap?.(ACME);
        return memory.subscribe(onMessage, onState);
      },
      async latest(tenant) {
        const cursor = await memory.latest(tenant);
        lose();
        return cursor;
      },
    },
    silentLogger,
  );
  const follower = await feed.open(ACME, { accept: () => true });
  expect(await follower.next()).toMatchObject({ value: { extensions: { code: 'RESUME_REQUIRED', cursor: await memory.latest(ACME) } } });
  expect(await follower.next()).toMatchObject({ done: true });
  await feed.close();
});
