/** What a process may answer out of its memory of late, to whoever comes back with a cursor. */
import { expect, it } from 'vitest';
import { createLiveFeed } from '../../../resolvers/live/live-feed.ts';
import { followTenant } from '../../../gateway/live/tenant-news.ts';
import { createMemoryLiveBus } from '../../../platform/live-bus/memory-live-bus.ts';
import type { LiveBus, LiveMessage } from '../../../platform/live-bus/live-bus.ts';
import { silentLogger } from '../../../platform/telemetry/logger.ts';
import { ACME } from '../../support/brokerage.ts';

const message = (version: number): LiveMessage => ({ tenant: ACME, kind: 'lead', id: 'lead_ada', version, at: '2026-03-10T20:00:00.000Z', events: [] });
/** Of a log that is gone: before everything that the new one will hold. */
const EARLIER = '000000000000001-0000000007';

async function follow(bus: LiveBus = createMemoryLiveBus()) {
  return { bus, news: await followTenant(createLiveFeed(bus, silentLogger), ACME) };
}

/** Pages are read at once, and come only when they are let through. */
function createFarLog() {
  const bus = createMemoryLiveBus();
  const { promise: arrived, resolve: letThrough } = Promise.withResolvers<void>();
  let reads = 0;
  const since: LiveBus['since'] = async (...asked) => {
    reads += 1;
    const page = await bus.since(...asked);
    await arrived;
    return page;
  };
  return { bus: { ...bus, since }, letThrough, reads: () => reads };
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

it('reads the log once for all who stand at the same cursor, as long as nothing is heard', async () => {
  const { bus, letThrough, reads } = createFarLog();
  await bus.publish([message(1)]);
  const { news } = await follow(bus);
  const pages = [news.past(''), news.past('')];
  letThrough();
  for (const page of await Promise.all(pages)) expect(page).toMatchObject({ messages: [{ version: 1 }], more: false });
  expect(reads()).toBe(1);
  news.stop();
});

it('gives nobody a page that was read before something was heard that it was not there to be told', async () => {
  const { bus, letThrough, reads } = createFarLog();
  await bus.publish([message(1)]);
  const { news } = await follow(bus);
  const early = news.past('');
  await bus.publish([message(2)]);
  const late = [news.past(''), news.past('')];
  letThrough();
  expect(await early).toMatchObject({ messages: [{ version: 1 }], more: false });
  for (const page of await Promise.all(late)) expect(page).toMatchObject({ messages: [{ version: 1 }, { version: 2 }], more: false });
  expect(reads()).toBe(2);
  news.stop();
});
