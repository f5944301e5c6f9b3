/** The API of both gateways, over connections that stay open. */
import { Pool } from 'undici';

export interface ApiError {
  readonly message: string;
  readonly extensions: { readonly code: string };
}
export interface ApiAnswer<T> {
  readonly data?: T | null;
  readonly errors?: readonly ApiError[];
  /** `freshness`: it may be old. */
  readonly extensions?: { readonly freshness?: object };
}

export interface ApiClient {
  /** `gateway` 0 or 1. Rejects where there is no answer (a broken connection, a time-out, something that is no GraphQL). */
  ask<T>(gateway: number, query: string, variables?: object): Promise<ApiAnswer<T>>;
  /** Of whichever gateway answers without an error, tried until `timeoutMs`; rejects with the last error. */
  insist<T>(query: string, variables?: object, timeoutMs?: number): Promise<T>;
  close(): Promise<void>;
}

const CONNECTIONS = 32;
/** Longer than the gateway holds an answer that waits for VISIBLE. */
const ANSWER_TIMEOUT_MS = 10_000;
const INSIST_MS = 60_000;
const INSIST_EVERY_MS = 250;

/** Asked again, it would be the same. */
const FINAL: ReadonlySet<string> = new Set(['BAD_USER_INPUT', 'COST_EXCEEDED', 'UNAUTHENTICATED', 'FORBIDDEN']);
const isFinal = (error: unknown): boolean => FINAL.has((error as Partial<ApiError>).extensions?.code ?? '');

export function createApiClient(ports: readonly number[], token: string): ApiClient {
  const options = { connections: CONNECTIONS, headersTimeout: ANSWER_TIMEOUT_MS, bodyTimeout: ANSWER_TIMEOUT_MS, keepAliveTimeout: 30_000 };
  const pools = ports.map((port) => new Pool(`http://127.0.0.1:${port}`, options));
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };

  async function ask<T>(gateway: number, query: string, variables: object = {}): Promise<ApiAnswer<T>> {
    const pool = pools[gateway % pools.length];
    if (pool === undefined) throw new Error('there is no gateway');
    const { body } = await pool.request({ path: '/graphql', method: 'POST', headers, body: JSON.stringify({ query, variables }) });
    return (await body.json()) as ApiAnswer<T>;
  }

  return {
    ask,
    async insist<T>(query: string, variables?: object, timeoutMs = INSIST_MS): Promise<T> {
      const deadlineMs = performance.now() + timeoutMs;
      for (let turn = 0; ; turn += 1) {
        const answer = await ask<T>(turn, query, variables).catch((error: unknown) => ({ errors: [error], data: null }));
        if (answer.data && !answer.errors) return answer.data;
        if (performance.now() > deadlineMs || answer.errors?.some(isFinal))
          throw new Error(`the API answered ${JSON.stringify(answer.errors)}`, { cause: answer.errors });
        await new Promise((resolve) => setTimeout(resolve, INSIST_EVERY_MS));
      }
    },
    close: async () => void (await Promise.all(pools.map((pool) => pool.destroy()))),
  };
}
