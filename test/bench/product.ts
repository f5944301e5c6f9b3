/** The product as `npm start` runs it, on a folder or a database of the run's own, with the brokerage of data.ts in it. */
import { setTimeout as delay } from 'node:timers/promises';
import { startEmbeddedPostgres } from '../../platform/embedded-postgres/embedded-postgres.ts';
import { silentLogger } from '../../platform/telemetry/logger.ts';
import type { LogRecord } from '../../platform/log/log.ts';
import { composeWorkers } from '../../workers/compose.ts';
import { workersConfig } from '../../workers/config.ts';
import { startServer, type Server } from './children.ts';
import { brokerageRecords, LEADS } from './data.ts';
import { requestBody } from './documents.ts';

export interface WhereData {
  readonly dataDir: string;
  /** Absent: the embedded database in dataDir. */
  readonly databaseUrl?: string | undefined;
}

export interface Product extends Server {
  /** ES256, of the demo's admin. */
  readonly token: string;
  query<T>(document: string, variables: object): Promise<T>;
}

const environment = ({ dataDir, databaseUrl }: WhereData): Record<string, string> => ({
  PORT: '0',
  DATA_DIR: dataDir,
  DEMO: 'off',
  LOG_LEVEL: 'error',
  ...(databaseUrl === undefined ? {} : { DATABASE_URL: databaseUrl }),
});

const CHUNK = 500;
const SETTLED_MS = 3_000;
const LOOK_EVERY_MS = 300;
const SETTLE_TIMEOUT_MS = 120_000;
const PAGE = 100;

/** Puts the brokerage's commands into the log, before anybody works on it. */
export async function seed(where: WhereData): Promise<void> {
  const embedded = where.databaseUrl === undefined ? await startEmbeddedPostgres({ dataDir: where.dataDir }) : undefined;
  const url = where.databaseUrl ?? embedded?.url ?? '';
  const composed = await composeWorkers(workersConfig(environment(where)), { url, embedded: embedded !== undefined }, silentLogger);
  try {
    const records: LogRecord[] = await brokerageRecords();
    for (let from = 0; from < records.length; from += CHUNK) await composed.ports.log.append(records.slice(from, from + CHUNK));
  } finally {
    await composed.close();
    await embedded?.stop();
  }
}

export async function startProduct(where: WhereData, nodeArgs: readonly string[] = []): Promise<Product> {
  const server = await startServer({ file: '../../scripts/start.ts', env: environment(where), nodeArgs });
  const answer = await fetch(`${server.url}/dev/token`, { method: 'POST' });
  const { token } = (await answer.json()) as { token: string };
  return {
    ...server,
    token,
    async query<T>(document: string, variables: object): Promise<T> {
      const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
      const response = await fetch(`${server.url}/graphql`, { method: 'POST', headers, body: requestBody(document, variables) });
      const { data, errors } = (await response.json()) as { data?: T; errors?: readonly { message: string }[] };
      if (data == null || errors !== undefined) throw new Error(`the product answered ${response.status}: ${JSON.stringify(errors)}`);
      return data;
    },
  };
}

interface Page<T> {
  readonly leads: { readonly edges: readonly { readonly node: T }[]; readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null } };
}

/** Every lead by score, with the fields of `selection`. */
export async function allLeads<T>(product: Product, selection: string): Promise<T[]> {
  const document = `query All($after: String) { leads(first: ${PAGE}, orderBy: SCORE_DESC, after: $after) { edges { node ${selection} } pageInfo { hasNextPage endCursor } } }`;
  const leads: T[] = [];
  for (let after: string | null = null; ;) {
    const page: Page<T> = await product.query<Page<T>>(document, { after });
    leads.push(...page.leads.edges.map(({ node }) => node));
    after = page.leads.pageInfo.endCursor;
    if (!page.leads.pageInfo.hasNextPage) return leads;
  }
}

/** Resolves once every lead is scored and nothing has changed for a while. */
export async function untilSettled(product: Product): Promise<void> {
  const deadlineMs = performance.now() + SETTLE_TIMEOUT_MS;
  const versions = async (): Promise<string> => {
    const leads = await allLeads<{ id: string; version: number }>(product, '{ id version }');
    return leads.length < LEADS ? '' : leads.map(({ id, version }) => `${id}@${version}`).join();
  };
  for (let before = '', sinceMs = performance.now(); ; await delay(LOOK_EVERY_MS)) {
    const now = await versions();
    if (now === '' || now !== before) sinceMs = performance.now();
    else if (performance.now() - sinceMs > SETTLED_MS) return;
    if (performance.now() > deadlineMs) throw new Error('the brokerage did not settle in time');
    before = now;
  }
}
