/** Whoever comes with something that is no cursor is told so, whichever way it came. */
import { createClient } from 'graphql-ws';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { scoreLead, SCORES, startWatchedGateway, type WatchedGateway } from '../../support/watching.ts';

/** What is not plain is followed by Yoga, for each subscriber. */
const YOGAS = SCORES.replace('after: $after)', 'after: $after) @include(if: true)');
/** As JavaScript makes them of a cursor that is not there; both sort behind every cursor. */
const NONE = 'undefined';
const ALSO_NONE = 'null';

let gateway: WatchedGateway;
beforeAll(async () => {
  gateway = await startWatchedGateway();
  await scoreLead(gateway, 'ada', 4);
});
afterAll(() => gateway.stop());

async function overSocket(): Promise<unknown> {
  const client = createClient({
    url: `${gateway.url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { token: await gateway.token() },
    retryAttempts: 0,
  });
  const first = await client.iterate({ query: SCORES, variables: { after: NONE } }).next();
  await client.dispose();
  return first.value;
}

async function overSse(query: string, after: string | undefined, lastEventId?: string): Promise<unknown> {
  const watcher = await gateway.watch(query, { after }, { lastEventId });
  await vi.waitFor(() => expect(watcher.told()).not.toEqual([]));
  watcher.leave();
  return watcher.told()[0];
}

it.each([
  ['SSE', () => overSse(SCORES, NONE)],
  ['SSE with Last-Event-ID', () => overSse(SCORES, undefined, ALSO_NONE)],
  ["SSE, Yoga's way", () => overSse(YOGAS, NONE)],
  ["SSE with Last-Event-ID, Yoga's way", () => overSse(YOGAS, undefined, ALSO_NONE)],
  ['WebSocket', overSocket],
])('over %s a text that is no cursor is answered with where to go on', async (_name, ask) => {
  const cursor = await gateway.brokerage.bus.latest(gateway.brokerage.context().identity.tenant);
  expect(await ask()).toMatchObject({ errors: [{ extensions: { code: 'RELOAD_REQUIRED', cursor } }] });
});
