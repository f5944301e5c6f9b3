/** What a process may answer out of its memory of late, to whoever comes back with a cursor. */
import { expect, it } from 'vitest';
import { createLiveFeed } from '../../../resolvers/live/live-feed.ts';
import { followTenant } from '../../../gateway/live/tenant-news.ts';
import { createMemoryLiveBus } from '../../../platform/live-bus/memory-live-bus.ts';
import type { LiveMessage } from '../../../platform/live-bus/live-bus.ts';
import { silentLogger } from '../../../platform/telemetry/logger.ts';
import { ACME } from '../../support/brokerage.ts';

const message = (version: number): LiveMessage => ({ tenant: ACME, kind: 'lead', id: 'lead_ada', version, at: '2026-03-10T20:00:00.000Z', events: [] });
/** Of a log that is gone: before everything that the new one will hold. */
const EARLIER = '000000000000001-0000000007';

async function follow() {
  const bus = createMemoryLiveBus();
  return { bus, news: await followTenant(createLiveFeed(bus, silentLogger), ACME) };
}

it('where its log was empty, is told to reload who comes with a cursor of an earlier one', async () => {
  const { bus, news } = await follow();
  expect(await news.past(EARLIER)).toMatchObject({ extensions: { code: 'RELOAD_REQUIRED' } });
  await bus.publish([message(1)]);
  expect(await news.past(EARLIER)).toMatchObject({ extensions: { code: 'RELOAD_REQUIRED' } });
  news.stop();
});

it('where its log was empty, is told everything since then who came when it was', async () => {
  const { bus, news } = await follow();
  expect(await news.past('')).toEqual({ messages: [], more: false });
  await bus.publish([message(1), message(2)]);
  const { messages } = (await news.past('')) as { messages: readonly { version: number; cursor: string }[] };
  expect(messages.map(({ version }) => version)).toEqual([1, 2]);
  expect(await news.past(messages[0]?.cursor ?? '')).toMatchObject({ messages: [{ version: 2 }], more: false });
  news.stop();
});
