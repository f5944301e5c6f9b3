/** Gateways over one set of memory ports with many watchers, and a recorder that knows what each of them should have been told. */
import { request, type IncomingMessage } from 'node:http';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { DEMO_USERS, type DemoUser } from '../../gateway/dev-token.ts';
import { startGateway, type StartGatewayOptions } from '../../gateway/node/start-gateway.ts';
import { loadDevKeys } from '../../platform/auth/dev-keys.ts';
import { createTokenVerifier } from '../../platform/auth/verify.ts';
import { systemClock } from '../../platform/clock.ts';
import type { LiveMessage } from '../../platform/live-bus/live-bus.ts';
import { aLead } from './a-lead.ts';
import { ACME, createBrokerage } from './brokerage.ts';
import { scoreOf } from './facts.ts';

export const SCORES = `subscription Scores($filter: LeadScoreFilter, $after: String) {
  leadScoreChanged(filter: $filter, after: $after) { cursor lead { id version lastName } score direction }
}`;
/** Their first names fill the buffers of a connection. */
export const LARGE_SCORES = 'subscription { leadScoreChanged { cursor lead { id version firstName } } }';
export const LARGE_ACTIVITY = 'subscription { activity { cursor version node { ... on Lead { firstName } } } }';
export const CHANGES = 'subscription Changes($id: ID!, $after: String) { leadChanged(id: $id, after: $after) { cursor version } }';
export const ACTIVITY = 'subscription Activity($after: String) { activity(after: $after) { cursor id version } }';

export async function startWatchedGateway(options: Partial<StartGatewayOptions> = {}, brokerage = createBrokerage()) {
  const folder = await mkdtemp(join(tmpdir(), 'watched-'));
  const keys = await loadDevKeys(folder, systemClock);
  const verifier = await createTokenVerifier({ publicJwk: keys.publicJwk, clock: systemClock });
  const ports = { ...brokerage.ports, clock: systemClock };
  const gateway = await startGateway({ ports, verifier, host: '127.0.0.1', port: 0, processMetrics: false, drainMs: 1_000, ...options });
  const token = async (user: Partial<DemoUser> = {}, ttlSeconds = 3_600): Promise<string> =>
    (await keys.sign({ ...DEMO_USERS[0], tenant: ACME, ...user }, ttlSeconds)).token;
  return {
    ...gateway,
    brokerage,
    verifier,
    token,
    async watch(query: string, variables: object = {}, more: Partial<WatchOptions> = {}) {
      return watch({ url: gateway.url, token: await token(), query, variables, ...more });
    },
    async facts(name: string): Promise<number> {
      const text = await (await fetch(`${gateway.url}/metrics`)).text();
      return Number(new RegExp(`^lead_intelligence_${name.replaceAll(/[{}]/g, String.raw`\$&`)} (\\d+)`, 'm').exec(text)?.[1]);
    },
    async stop(): Promise<void> {
      await gateway.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
export type WatchedGateway = Awaited<ReturnType<typeof startWatchedGateway>>;

const FIRST_NAME = 'Ada'.padEnd(2_000, '.');

/** Puts a lead with a new score into the views and tells of it. */
export async function scoreLead({ brokerage }: Pick<WatchedGateway, 'brokerage'>, name: string, version: number, value = 60): Promise<void> {
  const score = scoreOf(value);
  const lead = aLead({ name, version, score, firstName: FIRST_NAME });
  await brokerage.put(lead);
  const message: LiveMessage = {
    tenant: ACME,
    kind: 'lead',
    id: lead.id,
    version,
    at: new Date().toISOString(),
    events: ['LeadScored'],
    lead: { stage: 'NEW', tier: score.tier, agentId: 'agent_1' },
    score: { value, tier: score.tier, source: 'AI' },
  };
  await brokerage.bus.publish([message]);
}

export interface WatchOptions {
  readonly url: string;
  readonly token: string;
  readonly query: string;
  readonly variables: object;
  readonly lastEventId?: string | undefined;
}

interface Told {
  readonly data?: Record<string, { readonly cursor: string } & Record<string, unknown>> | null;
  readonly errors?: readonly { readonly message: string; readonly extensions: Record<string, unknown> }[];
}

export interface Watcher {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  /** Everything that came, as it came. */
  text(): string;
  /** What was told, in order. */
  told(): Told[];
  /** What its one field told. */
  news(): ({ readonly cursor: string } & Record<string, unknown>)[];
  /** The last id that came: what a client sends in Last-Event-ID. */
  lastId(): string | undefined;
  /** Stops reading; what comes waits with the server. */
  pause(): void;
  resume(): void;
  leave(): void;
  readonly ended: Promise<void>;
}

/** GraphQL over SSE, as a client of the standard would follow it. */
export async function watch({ url, token, query, variables, lastEventId }: WatchOptions): Promise<Watcher> {
  const headers = {
    'content-type': 'application/json',
    accept: 'text/event-stream',
    authorization: `Bearer ${token}`,
    ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }),
  };
  const body = JSON.stringify({ query, variables });
  const sent = request(`${url}/graphql`, { method: 'POST', headers: { ...headers, 'content-length': Buffer.byteLength(body) }, agent: false });
  sent.end(body);
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  // Who leaves, or is cut off, hears of it here.
  sent.on('error', () => undefined);
  response.on('error', () => undefined);
  let text = '';
  response.setEncoding('utf8').on('data', (chunk: string) => void (text += chunk));
  const ended = new Promise<void>((resolve) => void response.once('close', () => resolve()));
  const told = (): Told[] => [...text.matchAll(/^data: (\{.*)\n/gm)].map(([, json = '']) => JSON.parse(json) as Told);
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    text: () => text,
    told,
    news: () => told().flatMap(({ data }) => Object.values(data ?? {})),
    lastId: () => [...text.matchAll(/^id: (.*)\n/gm)].at(-1)?.[1],
    pause: () => void response.pause(),
    resume: () => void response.resume(),
    leave: () => void sent.destroy(),
    ended,
  };
}
