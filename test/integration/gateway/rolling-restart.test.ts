/** A deploy that restarts one gateway after the other: watchers come back as a slope, not as a storm, and nobody misses anything. */
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { createBrokerage } from '../../support/brokerage.ts';
import { CHANGES, scoreLead, startWatchedGateway, watch, type WatchedGateway, type Watcher } from '../../support/watching.ts';

const GATEWAYS = 3;
const WATCHERS = 300;
const PER_SECOND = 100;

/** A client that comes back at once, to whichever gateway takes it, with its cursor. */
function createFollower(gateways: readonly (WatchedGateway | null)[], token: string, onReconnect: () => void) {
  const versions: unknown[] = [];
  let cursor: string | undefined;
  const over = new AbortController();
  let current: Watcher | undefined;
  const follow = async (): Promise<void> => {
    for (let at = Math.floor(Math.random() * GATEWAYS); !over.signal.aborted; at = (at + 1) % GATEWAYS) {
      const gateway = gateways[at];
      const watcher =
        gateway && (await watch({ url: gateway.url, token, query: CHANGES, variables: { id: 'lead_ada' }, lastEventId: cursor }).catch(() => null));
      if (!watcher || watcher.status !== 200) {
        await delay(10);
        continue;
      }
      onReconnect();
      current = watcher;
      if (over.signal.aborted) watcher.leave();
      await watcher.ended;
      versions.push(...watcher.news().map(({ version }) => version));
      cursor = watcher.lastId() ?? cursor;
      current = undefined;
    }
  };
  const running = follow();
  return {
    versions,
    newest: (): unknown => current?.news().at(-1)?.['version'] ?? versions.at(-1),
    async end(): Promise<void> {
      over.abort();
      current?.leave();
      await running;
    },
  };
}

const most = (times: readonly number[], withinMs: number): number =>
  Math.max(...times.map((from) => times.filter((at) => at >= from && at < from + withinMs).length));

it('reconnects no more in a second than it may, and nobody misses a change or has one twice', { timeout: 120_000 }, async () => {
  const brokerage = createBrokerage();
  const limits = { drainMs: 10_000, liveLimits: { perUserMax: 10_000, perSecond: PER_SECOND } };
  const first = await startWatchedGateway(limits, brokerage);
  // All check tokens as the first one does.
  const start = () => startWatchedGateway({ ...limits, verifier: first.verifier }, brokerage);
  const gateways: (WatchedGateway | null)[] = [first, await start(), await start()];
  const token = await first.token();
  const reconnects: number[] = [];
  const followers = Array.from({ length: WATCHERS }, () => createFollower(gateways, token, () => reconnects.push(performance.now())));
  await expect.poll(() => reconnects.length, { timeout: 20_000 }).toBe(WATCHERS);
  const began = reconnects.length;
  const done = new AbortController();
  let version = 3;
  const changes = (async () => {
    while (!done.signal.aborted) {
      await scoreLead({ brokerage }, 'ada', (version += 1));
      await delay(20);
    }
  })();
  await delay(300);
  for (let at = 0; at < GATEWAYS; at += 1) {
    const stopping = gateways[at];
    gateways[at] = null;
    await stopping?.stop();
    gateways[at] = await start();
  }
  await delay(300);
  done.abort();
  await changes;
  await expect.poll(() => followers.filter((follower) => follower.newest() !== version).length, { timeout: 30_000 }).toBe(0);
  await Promise.all(followers.map((follower) => follower.end()));
  const after = reconnects.slice(began);
  expect(after.length).toBeGreaterThanOrEqual(WATCHERS);
  // Server and clients share a process here: one that stood still sees together what was apart.
  expect(most(after, 1_000)).toBeLessThanOrEqual(PER_SECOND * 1.25);
  for (const { versions } of followers) {
    const from = Number(versions[0]);
    expect(versions).toEqual(Array.from({ length: version - from + 1 }, (_, at) => from + at));
  }
  await Promise.all(gateways.map(async (gateway) => gateway?.stop()));
});
