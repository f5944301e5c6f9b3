/** What the protocol graphql-transport-ws demands of a server, a test for each demand, of live subscriptions and of everything else (docs/live-protocols.md). */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { TokenVerifier } from '../../../platform/auth/token-verifier.ts';
import { createBrokerage } from '../../support/brokerage.ts';
import { openConnection, openSocket, type RawSocket } from '../../support/raw-socket.ts';
import { scoreLead, SCORES, startWatchedGateway, type WatchedGateway } from '../../support/watching.ts';

const VIEWER = '{ viewer { __typename } }';
const LEAD = '{ lead(id: "lead_ada") { version } }';
const subscribe = (id: string, query: string) => ({ id, type: 'subscribe', payload: { query } });
const complete = (id: string) => ({ id, type: 'complete' });

let gateway: WatchedGateway;
const sockets: RawSocket[] = [];
const keep = async (opening: Promise<RawSocket>): Promise<RawSocket> => {
  const socket = await opening;
  sockets.push(socket);
  return socket;
};
const open = () => keep(openSocket(gateway.url));
const connected = async () => keep(openConnection(gateway.url, await gateway.token()));
const members = (count: number) => vi.waitFor(async () => expect(await gateway.facts('live_members')).toBe(count), { timeout: 10_000 });

beforeEach(async () => {
  gateway = await startWatchedGateway();
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.leave();
  await gateway.stop();
});

describe('a connection', () => {
  it('without the protocol of this name is closed with 4406', async () => {
    const socket = await keep(openSocket(gateway.url, []));
    expect(await socket.closed).toMatchObject({ code: 4406 });
  });
  it('that says nothing in time is closed with 4408', async () => {
    expect(await (await open()).closed).toEqual({ code: 4408, reason: 'Connection initialisation timeout' });
  });
  it('that begins again is closed with 4429', async () => {
    const socket = await connected();
    socket.say({ type: 'connection_init', payload: { token: await gateway.token() } });
    expect(await socket.closed).toEqual({ code: 4429, reason: 'Too many initialisation requests' });
  });
  it('that asks before it was let in is closed with 4401', async () => {
    const socket = await open();
    socket.say(subscribe('1', SCORES));
    expect(await socket.closed).toEqual({ code: 4401, reason: 'Unauthorized' });
  });
  it('is answered a ping at any time, with what the ping held', async () => {
    const socket = await open();
    socket.say({ type: 'ping' });
    socket.say({ type: 'ping', payload: { mark: 1 } });
    expect(await socket.hears(2)).toEqual([{ type: 'pong' }, { type: 'pong', payload: { mark: 1 } }]);
  });
  it('may say pong unasked', async () => {
    const socket = await connected();
    socket.say({ type: 'pong' });
    await socket.settled();
    expect(socket.heard()).toEqual([]);
  });
});

describe('a connection whose token is still looked at', () => {
  let letIn: () => void = () => undefined;
  const slowly = async (): Promise<RawSocket> => {
    const { promise, resolve } = Promise.withResolvers<void>();
    letIn = resolve;
    const verifier: TokenVerifier = {
      verify: async (token) => {
        await promise;
        return gateway.verifier.verify(token);
      },
    };
    const slow = await startWatchedGateway({ verifier });
    const token = await gateway.token();
    const socket = await keep(openSocket(slow.url));
    socket.say({ type: 'connection_init', payload: { token } });
    void socket.closed.then(() => slow.stop());
    return socket;
  };

  it('is closed with 4429 where it begins again meanwhile', async () => {
    const socket = await slowly();
    socket.say({ type: 'connection_init', payload: { token: await gateway.token() } });
    expect(await socket.closed).toMatchObject({ code: 4429 });
    letIn();
  });
  it('is closed with 4401 where it asks meanwhile', async () => {
    const socket = await slowly();
    socket.say(subscribe('1', SCORES));
    expect(await socket.closed).toMatchObject({ code: 4401 });
    letIn();
  });
});

describe('what is no message', () => {
  it.each([
    ['no JSON', 'hello'],
    ['no object', '[]'],
    ['without a type', '{}'],
    ['of an unknown type', '{"type":"start","id":"1"}'],
    ['a subscribe without an id', JSON.stringify({ type: 'subscribe', payload: { query: SCORES } })],
    ['a subscribe without a payload', '{"type":"subscribe","id":"1"}'],
    ['a subscribe without a query', '{"type":"subscribe","id":"1","payload":{}}'],
    ['a complete without an id', '{"type":"complete"}'],
  ])('closes with 4400: %s', async (_what, text) => {
    const socket = await connected();
    socket.say(text);
    expect(await socket.closed).toMatchObject({ code: 4400 });
  });
});

describe('an operation', () => {
  it('of one result is told it, and then that it is complete', async () => {
    const socket = await connected();
    socket.say(subscribe('1', LEAD));
    expect(await socket.hears(2)).toEqual([{ id: '1', type: 'next', payload: { data: { lead: null } } }, complete('1')]);
  });
  it.each([
    ['a query', '{ nothing }'],
    ['a subscription', 'subscription { nothing }'],
    ['no GraphQL', '{'],
  ])('that is not valid is told so, and nothing behind it: %s', async (_what, query) => {
    const socket = await connected();
    socket.say(subscribe('1', query));
    const said = await socket.hears(1);
    await socket.settled();
    expect(said).toEqual([{ id: '1', type: 'error', payload: [expect.objectContaining({ message: expect.any(String) })] }]);
  });
  it.each([
    ['live beside live', SCORES, SCORES],
    ['a query beside live', SCORES, VIEWER],
    ['live beside what Yoga follows', 'subscription { commandUpdated(id: "cmd_1") { id } }', SCORES],
  ])('with the id of another one closes the connection with 4409: %s', async (_what, first, second) => {
    const socket = await connected();
    socket.say(subscribe('one', first));
    socket.say(subscribe('one', second));
    expect(await socket.closed).toEqual({ code: 4409, reason: 'Subscriber for one already exists' });
    await members(0);
  });
  it('may have the id of one that has ended', async () => {
    const socket = await connected();
    for (const messages of [2, 4]) {
      socket.say(subscribe('1', LEAD));
      await socket.hears(messages);
    }
    for (let time = 0; time < 2; time += 1) {
      socket.say(subscribe('1', SCORES));
      await members(1);
      socket.say(complete('1'));
      await members(0);
    }
    await socket.settled();
    expect(socket.heard()).toHaveLength(4);
  });
  it('goes on beside others, each under its id', async () => {
    const socket = await connected();
    socket.say(subscribe('a', SCORES));
    socket.say(subscribe('b', 'subscription { activity { version } }'));
    await members(2);
    socket.say(subscribe('c', LEAD));
    await socket.hears(2);
    await scoreLead(gateway, 'ada', 4);
    const said = await socket.hears(4);
    expect(said.map(({ id, type }) => `${id} ${type}`).toSorted()).toEqual(['a next', 'b next', 'c complete', 'c next']);
  });
});

describe('a complete of the client', () => {
  it('ends a live subscription: nothing is told any more, not even that it is complete', async () => {
    const socket = await connected();
    socket.say(subscribe('1', SCORES));
    await members(1);
    socket.say(complete('1'));
    await members(0);
    await scoreLead(gateway, 'ada', 4);
    await socket.settled();
    expect(socket.heard()).toEqual([]);
  });
  it('of what is unknown, or has ended, is passed over', async () => {
    const socket = await connected();
    socket.say(complete('never'));
    socket.say(subscribe('1', LEAD));
    await socket.hears(2);
    socket.say(complete('1'));
    await socket.settled();
    expect(socket.heard()).toHaveLength(2);
  });
});

describe('a complete of the client in the middle of a beginning', () => {
  /** A live bus that says nothing of where it stands until the test lets it. */
  const hesitating = async (): Promise<{ readonly gateway: WatchedGateway; readonly fail: () => void }> => {
    const brokerage = createBrokerage();
    const { liveBus } = brokerage.ports;
    const { promise, reject } = Promise.withResolvers<string>();
    promise.catch(() => undefined);
    const ports = { ...brokerage.ports, liveBus: { ...liveBus, latest: () => promise } };
    const started = await startWatchedGateway({ verifier: gateway.verifier }, { ...brokerage, ports });
    return { gateway: started, fail: () => reject(new Error('the bus is away')) };
  };

  it('is the last word, whatever goes wrong behind it; who begins anew under its id is told of its own', async () => {
    const { gateway: slow, fail } = await hesitating();
    const socket = await keep(openConnection(slow.url, await gateway.token()));
    socket.say(subscribe('1', SCORES));
    socket.say(complete('1'));
    socket.say(subscribe('2', SCORES));
    socket.say(complete('2'));
    socket.say(subscribe('2', SCORES));
    await socket.settled();
    fail();
    await socket.hears(1);
    await socket.settled();
    expect(socket.heard()).toEqual([
      { id: '2', type: 'error', payload: [expect.objectContaining({ extensions: expect.objectContaining({ code: 'UNAVAILABLE' }) })] },
    ]);
    socket.leave();
    await slow.stop();
  });

  it('keeps back the result of a query that comes later', async () => {
    const brokerage = createBrokerage();
    const asked = Promise.withResolvers<void>();
    const answers = Promise.withResolvers<void>();
    const { readModels } = brokerage.ports;
    const slowly: typeof readModels = Object.assign(Object.create(readModels) as typeof readModels, {
      async get(...args: Parameters<typeof readModels.get>) {
        asked.resolve();
        await answers.promise;
        return readModels.get(...args);
      },
    });
    const slow = await startWatchedGateway({ verifier: gateway.verifier }, { ...brokerage, ports: { ...brokerage.ports, readModels: slowly } });
    const socket = await keep(openConnection(slow.url, await gateway.token()));
    socket.say(subscribe('1', LEAD));
    await asked.promise;
    socket.say(complete('1'));
    await socket.settled();
    answers.resolve();
    // Asked behind it and answered the same way: by then the first one would have come.
    socket.say(subscribe('2', LEAD));
    await socket.hears(2);
    await socket.settled();
    expect(socket.heard().map(({ id, type }) => [id, type])).toEqual([
      ['2', 'next'],
      ['2', 'complete'],
    ]);
    socket.leave();
    await slow.stop();
  });
});
