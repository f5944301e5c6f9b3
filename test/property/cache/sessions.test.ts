/**
 * Sessions that write and read over three gateways, while projection lags, news come late and differently late to each gateway, and the read models
 * are away at times. What they were told is held against what can be.
 */
import { expect, test } from 'vitest';
import { makeId } from '../../../domain/ids.ts';
import type { App } from '../../../gateway/app.ts';
import type { LiveBus, Delivered } from '../../../platform/live-bus/live-bus.ts';
import { viewPut } from '../../../platform/read-models/view-put.ts';
import { createConsistencyTokens } from '../../../resolvers/consistency-token.ts';
import { createGatewayShared } from '../../../resolvers/request-context.ts';
import { appOver } from '../../support/app-over.ts';
import { aLead } from '../../support/a-lead.ts';
import { ACME, createBrokerage, type Brokerage } from '../../support/brokerage.ts';
import { scoreOf } from '../../support/facts.ts';
import { violationsIn, type Done } from '../../support/session-history.ts';

const GATEWAYS = 3;
const SESSIONS = 12;
/** More of them: `SESSION_STEPS=5000 npx vitest run --project property test/property/cache/sessions`. */
const STEPS = Number(process.env['SESSION_STEPS'] ?? 300);
const LEADS = ['ada', 'bob', 'cid'] as const;
const LAG_MS = 25;

const later = (ms: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, ms));
const upTo = (ms: number): Promise<void> => later(Math.random() * ms);

/** News in their order, each held up for a while. */
function lateBus(bus: LiveBus): LiveBus {
  return {
    ...bus,
    subscribe(onMessage, ...rest) {
      let last: Promise<void> = Promise.resolve();
      return bus.subscribe(
        (message: Delivered) => {
          last = Promise.all([last, upTo(LAG_MS)]).then(() => onMessage(message));
        },
        ...rest,
      );
    },
  };
}

function startGateway({ ports }: Brokerage): App & { isTrusted(): boolean } {
  const own = { ...ports, liveBus: lateBus(ports.liveBus) };
  const shared = createGatewayShared(own, { versionWaitMs: 200 });
  return { ...appOver(own, shared), isTrusted: () => shared.feed.isTrusted() };
}

test('sessions read their own writes by the token, no gateway steps back, and no update is lost', { timeout: 120_000 }, async () => {
  const brokerage = createBrokerage();
  const gateways = Array.from({ length: GATEWAYS }, () => startGateway(brokerage));
  await expect.poll(() => gateways.every((gateway) => gateway.isTrusted())).toBe(true);
  const tokens = createConsistencyTokens(brokerage.ports.tokenSecret);
  const versions = new Map<string, number>();
  const history: Done[] = [];
  const stateOf = (name: string, version: number) => aLead({ name, email: `${name}@example.com`, score: scoreOf(50), version });
  /** The write model at once; views and news when their time comes, in order. */
  let projected: Promise<void> = Promise.resolve();
  const write = (session: number, name: string): number => {
    const version = (versions.get(name) ?? 1) + 1;
    versions.set(name, version);
    const state = stateOf(name, version);
    brokerage.putInWriteModel(state);
    const before = projected;
    const project = async (): Promise<void> => {
      await Promise.all([before, upTo(LAG_MS)]);
      // What cannot be put is not put again: the read models stay behind for good, which is worse than a projector does.
      await brokerage.ports.readModels.put([viewPut(state)]).catch(() => undefined);
      await brokerage.publish({ id: state.id, version });
    };
    projected = project();
    history.push({ kind: 'write', session, lead: name, version, endedAt: performance.now() });
    return version;
  };

  const read = async (session: number, at: number, name: string, atLeast: number, asList: boolean): Promise<void> => {
    const id = makeId('lead', name);
    const query = asList ? '{ leads(first: 50) { edges { node { id version } } } }' : `{ lead(id: "${id}") { id version } }`;
    const consistencyToken = atLeast === 0 ? undefined : await tokens.sign(ACME, { streamId: id, version: atLeast });
    const identity = { tenant: ACME, subject: `person-${session}`, roles: ['AGENT' as const], expiresAtMs: Infinity };
    const startedAt = performance.now();
    const answer = await gateways[at]?.direct.answer({ requestId: 'r', identity, body: JSON.stringify({ query }), accept: '', consistencyToken });
    const text = answer && 'bytes' in answer ? (answer.ascii ?? '') : (answer?.text ?? '');
    const found = new RegExp(`"id":"${id}","version":(\\d+)`).exec(text)?.[1];
    if (found === undefined && !text.includes('UNAVAILABLE')) throw new Error(`no answer: ${text}`);
    history.push({
      kind: 'read',
      session,
      gateway: at,
      lead: name,
      atLeast,
      version: found === undefined ? null : Number(found),
      startedAt,
      endedAt: performance.now(),
    });
  };
  await brokerage.put(...LEADS.map((name) => stateOf(name, 1)));
  const session = async (number: number): Promise<void> => {
    const own = new Map<string, number>();
    for (let step = 0; step < STEPS; step += 1) {
      const name = LEADS[Math.floor(Math.random() * LEADS.length)] ?? 'ada';
      if (Math.random() < 0.15) own.set(name, write(number, name));
      else await read(number, Math.floor(Math.random() * GATEWAYS), name, Math.random() < 0.5 ? (own.get(name) ?? 0) : 0, Math.random() < 0.3);
      if (Math.random() < 0.5) await upTo(3);
    }
  };
  const over = new AbortController();
  const outages = (async () => {
    while (!over.signal.aborted) {
      await upTo(150);
      brokerage.outages.readModels = true;
      await upTo(30);
      brokerage.outages.readModels = false;
    }
  })();
  await Promise.all(Array.from({ length: SESSIONS }, (_, number) => session(number)));
  over.abort();
  await outages;
  await projected;
  expect(violationsIn(history)).toEqual([]);
  // The gateways come to what was written last.
  for (const [at] of gateways.entries()) {
    for (const [name, version] of versions) {
      await expect
        .poll(async () => {
          await read(-1, at, name, 0, false);
          const last = history.at(-1);
          return last?.kind === 'read' ? last.version : null;
        })
        .toBe(version);
    }
  }
  const answered = history.filter((done) => done.kind === 'read' && done.version !== null);
  expect(answered.length).toBeGreaterThan(SESSIONS * STEPS * 0.5);
});

test('which is found where one read is older than it may be, older than one before it, or of what nobody wrote', () => {
  const write: Done = { kind: 'write', session: 1, lead: 'ada', version: 2, endedAt: 1 };
  const read = { kind: 'read', session: 1, gateway: 0, lead: 'ada', atLeast: 0, version: 2, startedAt: 2, endedAt: 3 } as const;
  expect(violationsIn([write, read])).toEqual([]);
  expect(violationsIn([write, { ...read, version: 1, atLeast: 2 }])).toHaveLength(1);
  expect(violationsIn([write, read, { ...read, version: 1, startedAt: 4, endedAt: 5 }])).toHaveLength(1);
  expect(violationsIn([write, read, { ...read, version: 1, startedAt: 2.5, endedAt: 5 }])).toEqual([]);
  expect(violationsIn([write, { ...read, version: 3 }])).toHaveLength(1);
  expect(violationsIn([write, write])).toHaveLength(1);
});
