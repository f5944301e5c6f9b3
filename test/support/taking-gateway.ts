/** A real gateway process's inside over given ports, asked over HTTP to take commands in, with the time that it took. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tenantId } from '../../domain/ids.ts';
import { createAuth } from '../../gateway/auth.ts';
import { gatewayConfig } from '../../gateway/config.ts';
import { startGateway } from '../../gateway/node/start-gateway.ts';
import { systemClock } from '../../platform/clock.ts';
import { keyedCommandId } from '../../platform/messages/new-id.ts';
import type { GatewayPorts } from '../../resolvers/ports.ts';
import { createApi, type Answer } from './api.ts';

/** Of the demo user who asks. */
export const TENANT = tenantId('demo');
/** The promise is two seconds; the rest is a busy machine's. */
export const PROMISED_MS = 2_500;

const CREATE = 'mutation ($key: String, $email: String) { createLead(input: { email: $email }, idempotencyKey: $key) { id status leadId } }';
const IMPORT = `mutation ($csv: String!, $key: String) {
  importLeads(input: { csv: $csv }, idempotencyKey: $key) { accepted rejected commandIds interruption { fromRow message retryAfter } }
}`;

export interface Created {
  readonly createLead: { readonly id: string; readonly status: string; readonly leadId: string };
}
export interface Imported {
  readonly importLeads: {
    readonly accepted: number;
    readonly rejected: number;
    readonly commandIds: readonly string[];
    readonly interruption: { readonly fromRow: number; readonly message: string; readonly retryAfter: number } | null;
  };
}
export interface Timed<T> extends Answer<T> {
  readonly tookMs: number;
}

export async function startTakingGateway(ports: GatewayPorts) {
  const folder = await mkdtemp(join(tmpdir(), 'taking-gateway-'));
  const auth = await createAuth(gatewayConfig({ DATA_DIR: folder }), systemClock);
  const gateway = await startGateway({ ports, ...auth, host: '127.0.0.1', port: 0, processMetrics: false, drainMs: 100 });
  const { token } = (await (await fetch(`${gateway.url}/dev/token`, { method: 'POST' })).json()) as { token: string };
  const api = createApi(gateway.url, token);
  const timed = async <T>(query: string, variables: Record<string, unknown>): Promise<Timed<T>> => {
    const startedMs = performance.now();
    const answer = await api.ask<T>(query, variables);
    return { ...answer, tookMs: performance.now() - startedMs };
  };
  return {
    api,
    create: (key: string | null) => timed<Created>(CREATE, { key, email: `${key ?? 'nobody'}@example.com` }),
    importCsv: (csv: string, key: string) => timed<Imported>(IMPORT, { csv, key }),
    receipt: (id: string) => timed<{ command: { status: string } | null }>('query ($id: ID!) { command(id: $id) { status } }', { id }),
    /** The id that a client's key decides. */
    idOf: (key: string) => keyedCommandId(TENANT, `client:${key}`),
    async stop() {
      await gateway.stop();
      await rm(folder, { recursive: true });
    },
  };
}
export type TakingGateway = Awaited<ReturnType<typeof startTakingGateway>>;
