/** Several gateways as a client sees them. */
import { Pool } from 'undici';
import type { CardAnswer } from './mixed-requests.ts';

export interface Answer {
  readonly lead?: CardAnswer | null;
  readonly leads?: { readonly edges: readonly { readonly node: CardAnswer }[] };
  readonly receipt?: { readonly status: string; readonly version: number | null; readonly visibleAt: string | null };
}

/** What came was not what had to come. */
export class WrongAnswer extends Error {
  override readonly name = 'WrongAnswer';
}

/** The gateway said that it cannot do this now: no wrong answer, and no figure. */
export class Refused extends Error {
  override readonly name = 'Refused';
}

export interface Gateways {
  /** Each throws Refused where the answer is UNAVAILABLE, WrongAnswer where it holds another error. */
  post(gateway: number, body: string): Promise<Answer>;
  /** Null: not modified. */
  get(gateway: number, body: string, etag: string | undefined): Promise<{ readonly answer: Answer | null; readonly etag: string }>;
  close(): Promise<void>;
}

const CONNECTIONS = 64;
const REQUEST_TIMEOUT_MS = 15_000;

export function connectGateways(urls: readonly string[], tokens: readonly string[]): Gateways {
  const pools = urls.map((url) => new Pool(url, { connections: CONNECTIONS }));
  let sent = 0;
  const request = async (gateway: number, method: 'GET' | 'POST', path: string, headers: Record<string, string>, body?: string) => {
    const pool = pools[gateway];
    if (pool === undefined) throw new Error(`there is no gateway ${gateway}`);
    const authorization = `Bearer ${tokens[(sent += 1) % tokens.length]}`;
    const answer = await pool.request({
      path,
      method,
      headers: { authorization, ...headers },
      body: body ?? null,
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    });
    return { status: answer.statusCode, etag: String(answer.headers['etag']), text: await answer.body.text() };
  };
  return {
    post: async (gateway, body) => dataIn((await request(gateway, 'POST', '/graphql', { 'content-type': 'application/json' }, body)).text),
    async get(gateway, body, etag) {
      const { query, variables } = JSON.parse(body) as { query: string; variables: object };
      const path = `/graphql?${new URLSearchParams({ query, variables: JSON.stringify(variables) }).toString()}`;
      const { status, text, ...rest } = await request(gateway, 'GET', path, etag === undefined ? {} : { 'if-none-match': etag });
      return { answer: status === 304 && etag !== undefined ? null : dataIn(text), ...rest };
    },
    close: async () => void (await Promise.all(pools.map((pool) => pool.close()))),
  };
}

function dataIn(text: string): Answer {
  const { data, errors = [] } = JSON.parse(text) as { data?: Answer | null; errors?: readonly { readonly extensions?: { readonly code?: string } }[] };
  if (errors.length > 0 && errors.every(({ extensions }) => extensions?.code === 'UNAVAILABLE')) throw new Refused(text.slice(0, 300));
  if (data == null || errors.length > 0) throw new WrongAnswer(`an error: ${text.slice(0, 300)}`);
  return data;
}
