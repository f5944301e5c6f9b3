/** A gateway of the product on ports in memory, over HTTP, for tests of what it keeps: who asks what, and how often anybody had to read. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startGateway, type StartGatewayOptions } from '../../gateway/node/start-gateway.ts';
import { loadDevKeys, type DevTokenClaims } from '../../platform/auth/dev-keys.ts';
import { createTokenVerifier } from '../../platform/auth/verify.ts';
import { systemClock } from '../../platform/clock.ts';
import type { LiveBus } from '../../platform/live-bus/live-bus.ts';
import type { GatewayPorts } from '../../resolvers/ports.ts';
import { ACME, createBrokerage, type Brokerage } from './brokerage.ts';

export interface KeptGateway {
  readonly url: string;
  readonly brokerage: Brokerage;
  /** True: no news reach the gateway, which does not notice. */
  isDeaf: boolean;
  /** The answer, and the calls of read models and origin that it took. */
  ask(query: string, as?: Partial<DevTokenClaims>, more?: { readonly variables?: object; readonly headers?: Record<string, string> }): Promise<Asked>;
  token(as?: Partial<DevTokenClaims>): Promise<string>;
  /** Sends this very body. */
  post(body: string, headers?: Record<string, string>): Promise<Response>;
  /** The query in the address. */
  get(query: string, headers?: Record<string, string>): Promise<Response>;
  /** Of that person; for `ttlSeconds` by the machine's clock. */
  authorization(as?: Partial<DevTokenClaims>, ttlSeconds?: number): Promise<string>;
  metrics(): Promise<string>;
  stop(): Promise<void>;
}

export interface Asked {
  readonly status: number;
  readonly text: string;
  readonly data: Record<string, unknown> | null;
  readonly calls: readonly string[];
  readonly headers: Headers;
}

/** `change` may put something between the gateway and its ports; `more` is what else the gateway is told. */
export async function startKeptGateway(
  change: (ports: GatewayPorts) => GatewayPorts = (ports) => ports,
  more: Partial<StartGatewayOptions> = {},
): Promise<KeptGateway> {
  const folder = await mkdtemp(join(tmpdir(), 'kept-gateway-'));
  const keys = await loadDevKeys(folder, systemClock);
  const brokerage = createBrokerage();
  const verifier = await createTokenVerifier({ publicJwk: keys.publicJwk, clock: systemClock });
  const { liveBus } = brokerage.ports;
  const subscribe: LiveBus['subscribe'] = (onMessage, ...rest) => liveBus.subscribe((message) => void (kept.isDeaf || onMessage(message)), ...rest);
  const ports = change({ ...brokerage.ports, liveBus: { ...liveBus, subscribe } });
  const gateway = await startGateway({ ports, verifier, host: '127.0.0.1', port: 0, processMetrics: false, ...more });
  const tokens = new Map<string, string>();
  const tokenOf = async (as: Partial<DevTokenClaims> = {}, ttlSeconds?: number): Promise<string> => {
    const claims: DevTokenClaims = { tenant: ACME, subject: 'ann', roles: ['AGENT'], ...as };
    const key = JSON.stringify([claims, ttlSeconds]);
    const token = tokens.get(key) ?? (await keys.sign(claims, ttlSeconds)).token;
    tokens.set(key, token);
    return token;
  };
  const post = async (body: string, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${await tokenOf()}`, ...headers },
      body,
    });
  const kept: KeptGateway = {
    url: gateway.url,
    brokerage,
    isDeaf: false,
    post,
    token: tokenOf,
    async ask(query, as = {}, { variables, headers = {} } = {}) {
      const before = brokerage.calls.length;
      const response = await post(JSON.stringify({ query, variables }), { authorization: `Bearer ${await tokenOf(as)}`, ...headers });
      const text = await response.text();
      const { data = null } = JSON.parse(text) as { data?: Record<string, unknown> | null };
      return { status: response.status, text, data, calls: brokerage.calls.slice(before), headers: response.headers };
    },
    get: async (query, headers = {}) =>
      fetch(`${gateway.url}/graphql?query=${encodeURIComponent(query)}`, { headers: { authorization: `Bearer ${await tokenOf()}`, ...headers } }),
    authorization: async (as, ttlSeconds) => `Bearer ${await tokenOf(as, ttlSeconds)}`,
    metrics: async () => (await fetch(`${gateway.url}/metrics`)).text(),
    async stop() {
      await gateway.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
  return kept;
}
