/** The product as `npm start` runs it, on a folder or a database of the run's own, with the brokerage of data.ts in it. */
import { setTimeout as delay } from 'node:timers/promises';
import { startEmbeddedPostgres } from '../../platform/embedded-postgres/embedded-postgres.ts';
import { silentLogger } from '../../platform/telemetry/logger.ts';
import { connect, type Sql } from '../../platform/event-store/connect.ts';
import { composeWorkers } from '../../workers/compose.ts';
import { workersConfig } from '../../workers/config.ts';
import { ROLE_NAMES } from '../../workers/kit/role.ts';
import { rolesByName } from '../../workers/roles.ts';
import { startWorkers } from '../../workers/start-workers.ts';
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
  /** As many different ones. */
  tokens(count: number): Promise<readonly string[]>;
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
const LOOK_EVERY_MS = 300;
const SETTLE_TIMEOUT_MS = 120_000;
const PAGE = 100;

/** Brings the brokerage about: its commands go into the log, and workers carry out everything that follows from them. */
export async function seed(where: WhereData): Promise<void> {
  const embedded = where.databaseUrl === undefined ? await startEmbeddedPostgres({ dataDir: where.dataDir }) : undefined;
  const url = where.databaseUrl ?? embedded?.url ?? '';
  const config = workersConfig(environment(where));
  const composed = await composeWorkers(config, { url, embedded: embedded !== undefined }, silentLogger);
  const sql = connect(url, { embedded: embedded !== undefined, connectionsMax: 1 });
  const byName = rolesByName(config);
  const workers = await startWorkers(
    ROLE_NAMES.map((name) => byName[name]),
    composed.ports,
  );
  try {
    const records = await brokerageRecords();
    for (let from = 0; from < records.length; from += CHUNK) await composed.ports.log.append(records.slice(from, from + CHUNK));
    await untilTrue('the brokerage did not move in', () => isCarriedOut(sql, records.length));
  } finally {
    await workers.stop();
    await sql.end({ timeout: 5 });
    await composed.close();
    await embedded?.stop();
  }
}

/** True where every command was handled, every event was relayed, and no consumer has anything left to read. */
async function isCarriedOut(sql: Sql, commands: number): Promise<boolean> {
  const [row] = await sql<{ done: boolean }[]>`
    select (select count(*) from inbox) >= ${commands}
      and (select count(*) from events) <= (select coalesce(sum(next_offset), 0) from log_partitions where topic like 'leads.events.%')
      and not exists (select 1 from log_offsets o join log_partitions p using (topic, partition) where o.next_offset < p.next_offset) as done`;
  return row?.done === true;
}

async function untilTrue(otherwise: string, condition: () => Promise<boolean>): Promise<void> {
  const deadlineMs = performance.now() + SETTLE_TIMEOUT_MS;
  while (!(await condition())) {
    if (performance.now() > deadlineMs) throw new Error(`${otherwise} within ${SETTLE_TIMEOUT_MS} ms`);
    await delay(LOOK_EVERY_MS);
  }
}

export async function startProduct(where: WhereData, nodeArgs: readonly string[] = []): Promise<Product> {
  return asProduct(await startServer({ file: '../../scripts/start.ts', env: environment(where), nodeArgs }));
}

/** A gateway that gives out tokens for demo users, with one of the admin. */
export async function asProduct(server: Server): Promise<Product> {
  const newToken = async (): Promise<string> => {
    const answer = await fetch(`${server.url}/dev/token`, { method: 'POST' });
    return ((await answer.json()) as { token: string }).token;
  };
  const token = await newToken();
  return {
    ...server,
    token,
    tokens: (count) => Promise.all(Array.from({ length: count }, newToken)),
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
  readonly leads: { readonly edges: readonly Edge<T>[]; readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null } };
}
interface Edge<T> {
  readonly cursor: string;
  readonly node: T;
}

/** Every lead by score, with the fields of `selection` and its place in the list. */
export async function allEdges<T>(product: Product, selection: string): Promise<Edge<T>[]> {
  const document = `query All($after: String) { leads(first: ${PAGE}, orderBy: SCORE_DESC, after: $after) { edges { cursor node ${selection} } pageInfo { hasNextPage endCursor } } }`;
  const edges: Edge<T>[] = [];
  for (let after: string | null = null; ;) {
    const page: Page<T> = await product.query<Page<T>>(document, { after });
    edges.push(...page.leads.edges);
    after = page.leads.pageInfo.endCursor;
    if (!page.leads.pageInfo.hasNextPage) return edges;
  }
}

/** Every lead by score, with the fields of `selection`. */
export const allLeads = async <T>(product: Product, selection: string): Promise<T[]> => (await allEdges<T>(product, selection)).map(({ node }) => node);

/** Throws where the brokerage is not whole. */
export async function requireWhole(product: Product): Promise<void> {
  const leads = await allLeads<{ score: object | null }>(product, '{ score { value } }');
  if (leads.length !== LEADS || leads.some(({ score }) => score === null))
    throw new Error(`${leads.length} leads came up, not ${LEADS}, or some have no score`);
}
