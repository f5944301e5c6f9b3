/** Sending what no client would send, and judging the answer. */
import { request } from 'node:http';
import { connect } from 'node:net';
import type { ApiErrorCode } from '../../../resolvers/errors.ts';

export interface Reply {
  readonly status: number;
  /** An answer to HEAD, which has no body. */
  readonly isHead: boolean;
  readonly type: string;
  readonly requestId: string;
  readonly text: string;
}

const ANSWER_WITHIN_MS = 30_000;

/** Over HTTP by node's own client, which lets most headers and bodies pass that fetch refuses. Null where the request is none that can be written. */
export function send(
  base: URL,
  options: { readonly method: string; readonly path: string; readonly headers: Record<string, string>; readonly body?: Buffer | string | undefined },
): Promise<Reply | null> {
  return new Promise((resolve, reject) => {
    let sent;
    try {
      const { method, path, headers } = options;
      sent = request({ host: base.hostname, port: base.port, method, path, headers, agent: false, timeout: ANSWER_WITHIN_MS }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => void chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const header = (name: string): string => String(response.headers[name] ?? '');
          const text = Buffer.concat(chunks).toString('utf8');
          resolve({
            isHead: options.method === 'HEAD',
            status: response.statusCode ?? 0,
            type: header('content-type'),
            requestId: header('x-request-id'),
            text,
          });
        });
      });
    } catch {
      // Node refuses to write it.
      resolve(null);
      return;
    }
    sent.on('timeout', () => sent.destroy(new Error(`no answer to ${options.method} ${options.path.slice(0, 200)}`)));
    sent.on('error', (error: NodeJS.ErrnoException) => {
      // The server may end the connection before it has read a body that it refuses.
      if (error.code === 'EPIPE' || error.code === 'ECONNRESET') resolve(null);
      else reject(error);
    });
    sent.end(options.body);
  });
}

/** How long a connection that is left open may be silent. */
const QUIET_MS = 250;

/** Bytes as they are, and the end of what is sent where `hangsUp`; resolves with what came back once the connection ended or was silent. */
export function sendRaw(base: URL, parts: readonly Buffer[], hangsUp: boolean): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(Number(base.port), base.hostname);
    const chunks: Buffer[] = [];
    socket.setTimeout(QUIET_MS, () => socket.destroy());
    socket.on('data', (chunk) => void chunks.push(chunk));
    // A server that has enough of it may cut the connection.
    socket.on('error', () => socket.destroy());
    socket.on('close', () => resolve(Buffer.concat(chunks).toString('latin1')));
    socket.on('connect', () => {
      parts.forEach((part) => socket.write(part));
      if (hangsUp) socket.end();
    });
  });
}

const CODES: ReadonlySet<string> = new Set<ApiErrorCode>([
  'BAD_USER_INPUT',
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'NOT_FOUND',
  'CONFLICT',
  'VERSION_CONFLICT',
  'IDEMPOTENCY_CONFLICT',
  'RATE_LIMITED',
  'COST_EXCEEDED',
  'PERSISTED_ONLY',
  'PERSISTED_QUERY_NOT_FOUND',
  'UNAVAILABLE',
  'RELOAD_REQUIRED',
  'RESUME_REQUIRED',
]);
interface Told {
  readonly message?: unknown;
  readonly code?: unknown;
  readonly extensions?: { readonly code?: unknown };
}

/** What is wrong with an answer of the gateway; null where it is as promised: data, or errors with a code and words. INTERNAL is none of ours to give. */
export function problemOf(reply: Reply): string | null {
  if (reply.status >= 500 && reply.status !== 503) return `status ${reply.status}`;
  if (!/json|event-stream|multipart/.test(reply.type)) return reply.text === '' || reply.status < 400 ? null : `an error of type ${reply.type}`;
  if (!reply.type.includes('json') || reply.isHead) return null;
  let answer: { errors?: readonly Told[]; error?: Told | string };
  try {
    answer = JSON.parse(reply.text) as typeof answer;
  } catch {
    return 'not JSON';
  }
  if (typeof answer.error === 'string') return answer.error === '' ? 'no words' : null;
  for (const error of answer.errors ?? (answer.error ? [answer.error] : [])) {
    const code = error.extensions?.code ?? error.code;
    if (typeof code !== 'string' || !CODES.has(code)) return `the code ${JSON.stringify(code)}`;
    if (typeof error.message !== 'string' || error.message === '') return 'an error without words';
  }
  return null;
}

/** The inputs in a few lanes at once. Throws with the first input whose answer is not as promised. */
export async function knockAll<T>(
  inputs: readonly T[],
  knock: (input: T) => Promise<Reply | null>,
  judge: (reply: Reply) => string | null = problemOf,
): Promise<Map<number, number>> {
  const statuses = new Map<number, number>();
  const left = inputs.values();
  const lane = async (): Promise<void> => {
    for (const input of left) {
      const reply = await knock(input);
      const status = reply?.status ?? 0;
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      const problem = reply && judge(reply);
      if (problem !== null) throw new Error(`${problem}\nto ${describe(input)}\nanswered ${reply?.status} ${reply?.text.slice(0, 1_000)}`);
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return statuses;
}
const LANES = 8;
const describe = (input: unknown): string =>
  JSON.stringify(input, (_key, value: unknown) => (Buffer.isBuffer(value) ? `base64:${value.toString('base64')}` : value)).slice(0, 4_000);
export const counted = (statuses: ReadonlyMap<number, number>): string => JSON.stringify(Object.fromEntries(statuses));

/** Those that could not even be written, or were cut off, included. */
export const answersIn = (statuses: ReadonlyMap<number, number>): number => [...statuses.values()].reduce((sum, count) => sum + count, 0);
