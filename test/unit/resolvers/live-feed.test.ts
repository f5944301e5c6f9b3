/** What followers of the feed are told of what this process did not hear. */
import { expect, it } from 'vitest';
import { silentLogger } from '../../../platform/telemetry/logger.ts';
import { createLiveFeed } from '../../../resolvers/live/live-feed.ts';
import { ACME } from '../../support/brokerage.ts';
import { createLosingLiveBus } from '../../support/losing-live-bus.ts';

it('ends one that was taken in while news were lost with the cursor to resume from', async () => {
  const { bus } = createLosingLiveBus((lose) => lose());
  await bus.publish([{ tenant: ACME, kind: 'lead', id: 'lead_ada', version: 1, at: '2026-03-10T20:00:00.000Z', events: [] }]);
  const feed = createLiveFeed(bus, silentLogger);
  const follower = await feed.open(ACME, { accept: () => true });
  expect(await follower.next()).toMatchObject({ value: { extensions: { code: 'RESUME_REQUIRED', cursor: await bus.latest(ACME) } } });
  expect(await follower.next()).toMatchObject({ done: true });
  await feed.close();
});
