/** What a CDN is told to forget, over HTTP, by a server that may be slow, refuse, or be away. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createPurges, type Purges, type PurgesOptions } from '../../../gateway/cdn/purges.ts';
import { createHttpPurgeHook } from '../../../platform/cdn/http-purge-hook.ts';
import { silentLogger } from '../../../platform/telemetry/logger.ts';

interface Told {
  readonly tags: readonly string[];
  readonly authorization: string | undefined;
  readonly type: string | undefined;
  readonly atMs: number;
}

interface Cdn {
  readonly purgeUrl: string;
  readonly told: Told[];
  /** Its answer. */
  status: number;
  /** Answers wait for it. */
  gate: Promise<void>;
  /** Requests at a time: now, and the most there were. */
  readonly open: { now: number; max: number };
  done(): string[];
  /** Its requests end, and no others get in. */
  leave(): Promise<void>;
  comeBack(): Promise<void>;
}

async function startCdn(): Promise<Cdn> {
  const listen = (port: number): Promise<Server> =>
    new Promise((resolve) => {
      const server = createServer((req, res) => void answer(req, res)).listen(port, '127.0.0.1', () => resolve(server));
    });
  let server = await listen(0);
  const { port } = server.address() as AddressInfo;
  const cdn: Cdn = {
    purgeUrl: `http://127.0.0.1:${port}/purge`,
    told: [],
    status: 204,
    gate: Promise.resolve(),
    open: { now: 0, max: 0 },
    done: () => cdn.told.flatMap(({ tags }) => tags),
    async leave() {
      server.closeAllConnections();
      await new Promise((resolve) => void server.close(resolve));
    },
    async comeBack() {
      server = await listen(port);
    },
  };
  async function answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const body = await text(req);
    cdn.open.now += 1;
    cdn.open.max = Math.max(cdn.open.max, cdn.open.now);
    await cdn.gate;
    cdn.open.now -= 1;
    const { tags } = JSON.parse(body) as { tags: string[] };
    const { authorization, 'content-type': type } = req.headers;
    if (cdn.status < 300) cdn.told.push({ tags, authorization, type, atMs: performance.now() });
    res.writeHead(cdn.status, { location: 'http://127.0.0.1:1/' }).end(cdn.status === 204 ? undefined : '{}');
  }
  return cdn;
}

describe('a CDN', () => {
  let cdn: Cdn;
  let purges: Purges;
  const logged: string[] = [];
  const counted = { ok: 0, failed: 0, tags: 0 };
  const start = (options: Partial<PurgesOptions> = {}, timeoutMs?: number): Purges => {
    const note = (_about: object, message: string) => void logged.push(message);
    purges = createPurges({
      hook: createHttpPurgeHook({ purgeUrl: cdn.purgeUrl, purgeToken: 'a token', timeoutMs }),
      logger: { ...silentLogger, warn: note, info: note },
      metrics: {
        purged({ tags, failed }) {
          counted[failed ? 'failed' : 'ok'] += 1;
          counted.tags += failed ? 0 : tags;
        },
        watchPurges: () => undefined,
      },
      // Told once, where a test does not say otherwise.
      repeatAfterMs: 60_000,
      ...options,
    });
    return purges;
  };
  const add = (...names: string[]): void => names.forEach((name) => purges.add({ name, tenantName: 'all of acme', isRepeat: false }));
  const until = (check: () => void): Promise<void> => vi.waitFor(check, { timeout: 10_000, interval: 5 });
  beforeEach(async () => {
    logged.length = 0;
    Object.assign(counted, { ok: 0, failed: 0, tags: 0 });
    cdn = await startCdn();
  });
  afterEach(async () => {
    await purges.stop(0);
    await cdn.leave();
  });

  it('is told of what changes in one moment by one request, as JSON, with the token', async () => {
    start();
    add('a', 'b');
    add('c', 'a');
    await until(() => expect(cdn.told).toHaveLength(1));
    expect(cdn.told[0]).toMatchObject({ tags: ['a', 'b', 'c'], authorization: 'Bearer a token', type: 'application/json' });
    await until(() => expect(counted).toEqual({ ok: 1, failed: 0, tags: 3 }));
    expect(logged).toEqual([]);
  });

  it('is asked one request at a time, while it is slow what comes waits for the next, and none is long', async () => {
    start();
    const gate = Promise.withResolvers<void>();
    cdn.gate = gate.promise;
    add('first');
    await until(() => expect(cdn.open.now).toBe(1));
    add(...Array.from({ length: 150 }, (_, n) => `n${n}`));
    gate.resolve();
    await until(() => expect(cdn.done()).toHaveLength(151));
    expect(cdn.told.map(({ tags }) => tags.length)).toEqual([1, 100, 50]);
    expect(cdn.open.max).toBe(1);
    const times = cdn.told.map(({ atMs }) => atMs);
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThan(80);
  });

  it('that refuses is asked again until it does not, loses nothing, and is complained of once', async () => {
    start();
    cdn.status = 503;
    add('a');
    await until(() => expect(counted.failed).toBeGreaterThan(2));
    expect(purges.works()).toBe(false);
    add('b');
    cdn.status = 200;
    await until(() => expect(cdn.done().toSorted()).toEqual(['a', 'b']));
    await until(() => expect(purges.works()).toBe(true));
    expect(logged).toEqual([expect.stringContaining('cannot be told'), expect.stringContaining('forgets again')]);
  });

  it('that is away, and one that never answers, is told once it is back', async () => {
    start({}, 100);
    await cdn.leave();
    add('a');
    await until(() => expect(counted.failed).toBeGreaterThan(0));
    await cdn.comeBack();
    await until(() => expect(purges.works()).toBe(true));
    expect(cdn.done()).toEqual(['a']);
    const gate = Promise.withResolvers<void>();
    cdn.gate = gate.promise;
    add('b');
    await until(() => expect(purges.works()).toBe(false));
    gate.resolve();
    await until(() => expect(purges.works()).toBe(true));
    expect(cdn.done()).toContain('b');
  });

  it('that sends the request elsewhere has not done it, and the token goes nowhere else', async () => {
    start();
    cdn.status = 307;
    add('a');
    await until(() => expect(counted.failed).toBeGreaterThan(0));
    expect(purges.works()).toBe(false);
  });

  it('is told to forget all of a tenant where too much of it waits', async () => {
    start({ waitingMax: 50 });
    cdn.status = 500;
    add(...Array.from({ length: 60 }, (_, n) => `n${n}`));
    purges.add({ name: 'x', tenantName: 'all of rival', isRepeat: false });
    await until(() => expect(counted.failed).toBeGreaterThan(0));
    cdn.status = 204;
    await until(() => expect(cdn.done().toSorted()).toEqual(['all of acme', 'x']));
  });

  it('is told once more a while later, for answers that were on their way to it', async () => {
    start({ repeatAfterMs: 150 });
    add('a');
    await until(() => expect(cdn.done()).toEqual(['a', 'a']));
    const [first, second] = cdn.told.map(({ atMs }) => atMs);
    expect((second ?? 0) - (first ?? 0)).toBeGreaterThan(120);
    add('b');
    await until(() => expect(cdn.done()).toEqual(['a', 'a', 'b', 'b']));
  });

  it('is told of the rest when the gateway stops, at once, also for the second time', async () => {
    start();
    add('a');
    await until(() => expect(cdn.done()).toEqual(['a']));
    add('b');
    await purges.stop(5_000);
    expect(cdn.done().toSorted()).toEqual(['a', 'a', 'b']);
  });

  it('that is away holds up no stop for longer than it may', async () => {
    start();
    await cdn.leave();
    add('a');
    const startedMs = performance.now();
    await purges.stop(300);
    expect(performance.now() - startedMs).toBeLessThan(2_000);
    expect(logged.at(-1)).toContain('could not be told');
  });
});
