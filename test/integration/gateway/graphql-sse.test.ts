/** What the protocol GraphQL over SSE demands of a server in its distinct connections mode, a test for each demand (docs/live-protocols.md). */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { scoreLead, SCORES, startWatchedGateway, type WatchedGateway } from '../../support/watching.ts';

const LIVE = 'subscription { leadScoreChanged { score } }';
/** Followed by Yoga, not in a group. */
const ALONE = 'subscription { commandUpdated(id: "nonsense") { id } }';

let gateway: WatchedGateway;
beforeEach(async () => {
  gateway = await startWatchedGateway();
});
afterEach(() => gateway.stop());

const ask = async (body: unknown, more: RequestInit = {}, accept = 'text/event-stream'): Promise<Response> =>
  fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept, authorization: `Bearer ${await gateway.token()}` },
    body: JSON.stringify(body),
    ...more,
  });

/** As the standard has a browser read them: an event without data is none. */
function eventsIn(text: string): { readonly event: string; readonly data: string }[] {
  return text.split('\n\n').flatMap((block) => {
    const lines = block.split('\n').filter((line) => line !== '' && !line.startsWith(':'));
    const field = (name: string) => lines.filter((line) => line.startsWith(`${name}:`)).map((line) => line.slice(name.length + 1).replace(/^ /, ''));
    const data = field('data');
    return data.length === 0 ? [] : [{ event: field('event')[0] ?? 'message', data: data.join('\n') }];
  });
}

describe('what cannot be executed', () => {
  it.each([
    ['no GraphQL', { query: '{' }],
    ['a field that is none', { query: '{ nothing }' }],
    ['a subscription that is none', { query: 'subscription { nothing }' }],
    ['variables that do not fit', { query: 'query ($id: ID!) { lead(id: $id) { id } }', variables: {} }],
    ['an operation that is not there', { query: LIVE, operationName: 'Other' }],
    ['a live subscription whose arguments make no sense', { query: 'subscription { leadChanged(id: "nonsense") { version } }' }],
    ['another subscription whose arguments make no sense', { query: ALONE }],
    ['no query at all', {}],
  ])('is told in the stream, which is taken all the same: %s', async (_what, body) => {
    const response = await ask(body);
    expect([response.status, response.headers.get('content-type')]).toEqual([200, expect.stringContaining('text/event-stream')]);
    const [next, complete, ...more] = eventsIn(await response.text());
    expect(next?.event).toBe('next');
    expect(JSON.parse(next?.data ?? '')).toMatchObject({ errors: [{ message: expect.any(String), extensions: { code: 'BAD_USER_INPUT' } }] });
    // Without an empty field `data` an EventSource would not hear of it.
    expect([complete, more]).toEqual([{ event: 'complete', data: '' }, []]);
  });
});

it.each([
  ['POST', '/graphql', { query: '{ lead(id: "lead_ada") { id } }' }],
  ['GET', '/graphql?query={lead(id:"lead_ada"){id}}', undefined],
])('an operation of one result is told it, and then that it is complete: %s', async (method, path, body) => {
  const response = await fetch(`${gateway.url}${path}`, {
    method,
    headers: { accept: 'text/event-stream', authorization: `Bearer ${await gateway.token()}`, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
  });
  expect(response.headers.get('content-type')).toContain('text/event-stream');
  expect(eventsIn(await response.text())).toEqual([
    { event: 'next', data: '{"data":{"lead":null}}' },
    { event: 'complete', data: '' },
  ]);
});

it('a subscription begins before anything happens, and the client ends it by closing its connection', async () => {
  const leaving = new AbortController();
  const response = await ask({ query: SCORES }, { signal: leaving.signal });
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/event-stream']);
  await vi.waitFor(async () => expect(await gateway.facts('live_members')).toBe(1), { timeout: 10_000 });
  await scoreLead(gateway, 'ada', 4);
  let text = '';
  const reading = (async () => {
    const decoder = new TextDecoder();
    for await (const chunk of response.body ?? new ReadableStream<Uint8Array>()) text += decoder.decode(chunk, { stream: true });
  })().catch(() => undefined);
  await vi.waitFor(() => expect(eventsIn(text)).toEqual([{ event: 'next', data: expect.stringMatching(/^\{"data":\{"leadScoreChanged":/) }]), {
    timeout: 10_000,
  });
  leaving.abort();
  await reading;
  await vi.waitFor(async () => expect(await gateway.facts('live_members')).toBe(0), { timeout: 10_000 });
});

it('what is no event stream answers no subscription', async () => {
  expect((await ask({ query: LIVE }, {}, 'application/json')).status).toBe(406);
});

it('the name of the type is read in any case, and with parameters', async () => {
  const leaving = new AbortController();
  // Held: a stream that nobody holds is given up.
  const held: Response[] = [];
  for (const accept of ['Text/Event-Stream', 'text/event-stream; charset=utf-8', 'application/json;q=0.5, text/event-stream']) {
    const response = await ask({ query: SCORES }, { signal: leaving.signal }, accept);
    held.push(response);
    expect([accept, response.status, response.headers.get('content-type')]).toEqual([accept, 200, expect.stringContaining('text/event-stream')]);
  }
  await vi.waitFor(async () => expect(await gateway.facts('live_members')).toBe(held.length), { timeout: 10_000 });
  leaving.abort();
});
