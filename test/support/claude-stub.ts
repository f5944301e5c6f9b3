/** A real HTTP server that speaks /v1/messages as far as scoring needs it, and can be ill in every way that matters. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type ClaudeStubMode =
  | 'ok'
  /** Takes the request and never answers; what hangs is answered once the mode changes to ok. */
  | 'slow'
  /** Refuses connections. */
  | 'down'
  /** Takes the request and drops the connection. */
  | 'drop'
  /** 429 with retry-after (seconds, see `retryAfter`). */
  | 'limited'
  /** 429 with enforced_spend_limit_reached and no retry-after. */
  | 'spent'
  | 'overloaded'
  | 'error'
  /** 200 with something that is no JSON. */
  | 'garbage'
  /** 200 with JSON that breaks the schema. */
  | 'wrong'
  /** 200, cut off by max_tokens. */
  | 'truncated'
  /** 200, the model declines. */
  | 'refusal'
  | 'unauthorized'
  | 'bad-request';

export interface StubCall {
  readonly headers: IncomingMessage['headers'];
  readonly body: {
    readonly model: string;
    readonly system: string;
    readonly messages: readonly { readonly role: string; readonly content: string }[];
  } & Record<string, unknown>;
}

export interface ClaudeStub {
  readonly url: string;
  set(mode: ClaudeStubMode, options?: { readonly retryAfter?: string; readonly answer?: Partial<typeof STUB_ANSWER> }): Promise<void>;
  /** Every request that arrived, oldest first. */
  calls(): readonly StubCall[];
  /** Requests that hang now. */
  hanging(): number;
  stop(): Promise<void>;
}

export const STUB_ANSWER = {
  score: 82.5,
  confidence: 0.9,
  factors: [{ name: 'Timeline', contribution: 18, explanation: 'They want to buy within a month.' }],
  reasons: ['Wants to buy soon and has the money for it.'],
  risks: ['Has not toured a home yet.'],
  opportunities: ['Two listings fit the budget.'],
  nextBestAction: 'Call today and offer two tours.',
  expectedTimeline: '30 days',
  summary: 'Ready and able to buy.',
};
const STUB_MODEL = 'claude-stub-1';
const STUB_USAGE = { input_tokens: 429, output_tokens: 460 };

const message = (text: string, stopReason = 'end_turn'): object => ({
  id: 'msg_stub',
  type: 'message',
  role: 'assistant',
  model: STUB_MODEL,
  content: text === '' ? [] : [{ type: 'text', text }],
  stop_reason: stopReason,
  stop_sequence: null,
  usage: STUB_USAGE,
});
const problem = (type: string, details: object = {}): object => ({
  type: 'error',
  error: { type, message: `stub: ${type}`, ...details },
  request_id: 'req_stub',
});

async function readBody(request: IncomingMessage): Promise<StubCall['body']> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return JSON.parse(Buffer.concat(chunks).toString('utf8')) as StubCall['body'];
}

function send(response: ServerResponse, status: number, body: object, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', 'request-id': 'req_stub', ...headers }).end(JSON.stringify(body));
}

const authorized = ({ headers }: IncomingMessage): boolean => Boolean(headers['x-api-key']) || (headers.authorization ?? '').startsWith('Bearer ');

export async function startClaudeStub(port = 0): Promise<ClaudeStub> {
  let mode: ClaudeStubMode = 'ok';
  let retryAfter = '1';
  let answer: object = STUB_ANSWER;
  const calls: StubCall[] = [];
  const waiting = new Set<ServerResponse>();

  function respond(response: ServerResponse): void {
    const text = JSON.stringify(answer);
    switch (mode) {
      case 'ok':
        return send(response, 200, message(text));
      case 'slow':
        waiting.add(response);
        response.on('close', () => waiting.delete(response));
        return;
      case 'down':
      case 'drop':
        response.destroy();
        return;
      case 'limited':
        return send(response, 429, problem('rate_limit_error'), { 'retry-after': retryAfter });
      case 'spent':
        return send(response, 429, problem('rate_limit_error', { details: { error_code: 'enforced_spend_limit_reached' } }));
      case 'overloaded':
        return send(response, 529, problem('overloaded_error'));
      case 'error':
        return send(response, 500, problem('api_error'));
      case 'garbage':
        return send(response, 200, message('I would say eighty or so.'));
      case 'wrong':
        return send(response, 200, message(JSON.stringify({ ...answer, score: 180 })));
      case 'truncated':
        return send(response, 200, message(text.slice(0, 60), 'max_tokens'));
      case 'refusal':
        return send(response, 200, message('', 'refusal'));
      case 'unauthorized':
        return send(response, 401, problem('authentication_error'));
      case 'bad-request':
        return send(response, 400, problem('invalid_request_error'));
    }
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method !== 'POST' || request.url !== '/v1/messages') return send(response, 404, problem('not_found_error'));
    if (!authorized(request)) return send(response, 401, problem('authentication_error'));
    calls.push({ headers: request.headers, body: await readBody(request) });
    respond(response);
  }

  function listen(onPort: number): Promise<Server> {
    const server = createServer((request, response) => void handle(request, response).catch((error: unknown) => response.destroy(error as Error)));
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(onPort, '127.0.0.1', () => resolve(server));
    });
  }
  const close = (server: Server): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });

  let server: Server | null = await listen(port);
  const ownPort = (server.address() as AddressInfo).port;
  return {
    url: `http://127.0.0.1:${ownPort}`,
    async set(next, options = {}) {
      mode = next;
      retryAfter = options.retryAfter ?? '1';
      answer = { ...STUB_ANSWER, ...options.answer };
      if (mode === 'down' && server) {
        await close(server);
        server = null;
      }
      if (mode !== 'down') server ??= await listen(ownPort);
      if (mode !== 'slow') for (const response of waiting) respond(response);
    },
    calls: () => calls,
    hanging: () => waiting.size,
    async stop() {
      if (server) await close(server);
      server = null;
    },
  };
}
