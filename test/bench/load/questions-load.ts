/** The same questions again and again, by many people; every answer must be one of those that are expected, byte by byte. */
import { withPlainNames } from '../documents.ts';
import type { Asking } from './http-load.ts';
import type { HttpJob, Questions } from './jobs.ts';
import { requestsTo, type LeanAnswer } from './lean-connection.ts';

const LINE_END = 10;

export function questionsOf(job: HttpJob, { bodies, answers, tokens, apart = false }: Questions): Asking {
  const all = Array.from({ length: Math.max(bodies.length, tokens.length) }, (_, at) => {
    const requestOf = requestsTo(job.url, { 'content-type': 'application/json', ...job.headers, authorization: `Bearer ${tokens[at % tokens.length]}` });
    return Buffer.from(requestOf(bodies[at % bodies.length] ?? ''));
  });
  const isExpected = createCheck(answers, apart);
  return {
    next: apart ? inParts(all, job.connections) : inTurn(all),
    isRight: ({ status, body }) => status === 200 && isExpected(body),
  };
}

const nothing = Buffer.alloc(0);

function inTurn(all: readonly Buffer[]): Asking['next'] {
  let at = 0;
  return () => all[at++ % all.length] ?? nothing;
}

/** Each connection has its part of them for itself. */
function inParts(all: readonly Buffer[], connections: number): Asking['next'] {
  const size = Math.ceil(all.length / connections);
  const parts = Array.from({ length: connections }, (_, number) => inTurn(all.slice(number * size, (number + 1) * size)));
  return (connection) => parts[connection]?.(connection) ?? nothing;
}

/** One server of those compared ends its answers with a line end. */
const withoutLineEnd = (body: Buffer): Buffer => (body[body.length - 1] === LINE_END ? body.subarray(0, -1) : body);

function createCheck(answers: readonly string[], apart: boolean): (body: LeanAnswer['body']) => boolean {
  const [only, ...others] = answers.map((answer) => Buffer.from(answer));
  if (only !== undefined && others.length === 0 && !apart) return (body) => withoutLineEnd(body).equals(only);
  const expected = new Set(answers);
  return (body) => {
    const text = withoutLineEnd(body).toString();
    return expected.has(apart ? withPlainNames(text) : text);
  };
}
