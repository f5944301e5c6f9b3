/** What a process may answer out of its memory of late, to whoever comes back with a cursor. */
import { expect, it, vi } from 'vitest';
import { createLiveFeed } from '../../../resolvers/live/live-feed.ts';
import { followTenant } from '../../../gateway/live/tenant-news.ts';
import { createMemoryLiveBus } from '../../../platform/live-bus/memory-live-bus.ts';
import type { LiveBus, LiveMessage } from '../../../platform/live-bus/live-bus.ts';
import { silentLogger } from '../../../platform/telemetry/logger.ts';
import { ACME } from '../../support/brokerage.ts';
import { createLosingLiveBus } from '../../support/losing-live-bus.ts';

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

const AHEAD = '999999999999999-0000000000';

it.each(['undefined', 'null', '!', '000001700000000', `${AHEAD}0`, AHEAD])('tells to reload who comes with %j, which no log ever gave', async (cursor) => {
  const { bus, news } = await follow();
  expect(await news.past(cursor)).toMatchObject({ extensions: { code: 'RELOAD_REQUIRED' } });
  await bus.publish([message(1)]);
  expect(await news.past(cursor)).toMatchObject({ extensions: { code: 'RELOAD_REQUIRED', cursor: await bus.latest(ACME) } });
  news.stop();
});

it('where its log was empty, tells so who comes with a text that sorts between its messages', async () => {
  const { bus, news } = await follow();
  await bus.publish([message(1), message(2)]);
  const [first] = (await bus.since(ACME, '', 1)).messages;
  expect(await news.past(`${first?.cursor}x`)).toMatchObject({ extensions: { code: 'RELOAD_REQUIRED' } });
  news.stop();
});

it('reads the log for who was told more elsewhere than was heard here', async () => {
  const memory = createMemoryLiveBus();
  const { news } = await follow({ ...memory, subscribe: () => memory.subscribe(() => undefined) });
  await memory.publish([message(1)]);
  const elsewhere = await memory.latest(ACME);
  expect(await news.past(elsewhere)).toEqual({ messages: [], more: false });
  await memory.publish([message(2)]);
  expect(await news.past(elsewhere)).toMatchObject({ messages: [{ version: 2 }], more: false });
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

it('asks again where the news stand if some were lost while it asked', async () => {
  const stands = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  let asked = 0;
  const { bus, lose } = createLosingLiveBus(() => stands[asked++]?.promise);
  const following = followTenant(createLiveFeed(bus, silentLogger), ACME);
  await vi.waitFor(() => expect(asked).toBe(1));
  lose();
  await bus.publish([message(1)]);
  stands[0]?.resolve();
  await vi.waitFor(() => expect(asked).toBe(2));
  await bus.publish([message(2)]);
  stands[1]?.resolve();
  const news = await following;
  expect(news.position()).toBe(await bus.latest(ACME));
  const first = (await bus.since(ACME, '', 1)).messages[0]?.cursor ?? '';
  expect(await news.past(first)).toMatchObject({ messages: [{ version: 2 }], more: false });
  news.stop();
});
