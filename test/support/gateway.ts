/** A gateway with a small schema of its own, for tests of what every operation goes through. Its parts are real; only the schema stands in. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSchema } from 'graphql-yoga';
import { createApp, type App, type AppOptions } from '../../gateway/app.ts';
import { DEMO_USERS, type DemoUser, type DevTokens } from '../../gateway/dev-token.ts';
import { createHealth, type Health, type PartChecks } from '../../gateway/health.ts';
import { createNodeMetrics } from '../../gateway/node/metrics.ts';
import { serveApp } from '../../gateway/node/serve-app.ts';
import { loadDevKeys, type DevKeys } from '../../platform/auth/dev-keys.ts';
import { createTokenVerifier } from '../../platform/auth/verify.ts';
import { systemClock, type Clock } from '../../platform/clock.ts';
import { LogUnavailableError } from '../../platform/log/log.ts';
import { ReadModelsUnavailableError } from '../../platform/read-models/read-models.ts';
import { silentLogger, type Logger } from '../../platform/telemetry/logger.ts';
import type { OperationScope } from '../../gateway/request-context.ts';
import { ApiError } from '../../resolvers/errors.ts';

const typeDefs = /* GraphQL */ `
  type Query {
    whoami: String!
    requestId: String!
    fails(with: String!): String
    item: Item!
    items(first: Int = 20): ItemConnection!
    echo(text: String!): Int!
  }
  type Item {
    name: String!
    number: Int!
    parent: Item!
    items(first: Int): ItemConnection!
  }
  type ItemConnection {
    nodes: [Item!]!
  }
  type Mutation {
    touch: String!
  }
  type Subscription {
    ticks: Int!
    never: Int!
  }
`;

const FAILURES: Readonly<Record<string, () => Error>> = {
  bug: () => new Error('connect ECONNREFUSED postgres://admin:hunter2@db/main'),
  conflict: () => new ApiError('VERSION_CONFLICT', 'the lead moved on', { field: 'expectedVersion' }),
  log: () => new LogUnavailableError('broker 10.0.0.7 is away'),
  readModels: () => new ReadModelsUnavailableError('redis 10.0.0.8 is away'),
};

const item = { name: 'an item', number: 1, parent: () => item, items: () => ({ nodes: [] }) };

export interface TestGateway {
  readonly url: string;
  readonly port: number;
  readonly app: App;
  readonly keys: DevKeys;
  readonly health: Health;
  readonly devTokens: DevTokens;
  /** Sends a result to every open `ticks`. */
  tick(number: number): void;
  /** Subscriptions to `ticks` and `never` that the schema holds open. */
  open(): number;
  token(user?: Partial<DemoUser>, ttlSeconds?: number): Promise<string>;
  query(body: object, headers?: Record<string, string>): Promise<Response>;
  stop(): Promise<void>;
}

export interface TestGatewayOptions extends Partial<Pick<AppOptions, 'assets' | 'webhook' | 'graphiqlPage' | 'limits' | 'verifier'>> {
  readonly clock?: Clock;
  readonly logger?: Logger;
  readonly checks?: PartChecks;
  readonly host?: string;
  readonly drainMs?: number;
  readonly withDevTokens?: boolean;
}

export async function startTestGateway(options: TestGatewayOptions = {}): Promise<TestGateway> {
  const { clock = systemClock, logger = silentLogger, host = '127.0.0.1' } = options;
  const folder = await mkdtemp(join(tmpdir(), 'gateway-'));
  const keys = await loadDevKeys(folder, clock);
  const verifier = options.verifier ?? (await createTokenVerifier({ publicJwk: keys.publicJwk, clock }));
  const health = createHealth(options.checks ?? {}, clock);
  const feed = createTicks();
  const devTokens: DevTokens = { users: DEMO_USERS, sign: (user) => keys.sign(user) };
  const app = createApp({
    ...options,
    schema: testSchema(feed),
    createContext: (scope) => scope,
    verifier,
    clock,
    logger,
    health,
    metrics: createNodeMetrics({ processMetrics: false }),
    devTokens: options.withDevTokens === false ? undefined : devTokens,
  });
  const served = await serveApp({ app, verifier, clock, logger, health, host, port: 0, drainMs: options.drainMs, endSubscriptions: () => feed.end() });
  const token: TestGateway['token'] = async (user = {}, ttlSeconds = 3_600) => (await keys.sign({ ...DEMO_USERS[0], ...user }, ttlSeconds)).token;
  return {
    ...served,
    app,
    keys,
    health,
    devTokens,
    tick: feed.tick,
    open: feed.open,
    token,
    async query(body, headers = {}) {
      const authorization = `Bearer ${await token()}`;
      return await fetch(`${served.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization, ...headers },
        body: JSON.stringify(body),
      });
    },
    async stop() {
      await served.stop();
      await rm(folder, { recursive: true });
    },
  };
}

function testSchema(feed: Ticks) {
  return createSchema<OperationScope>({
    typeDefs,
    resolvers: {
      Query: {
        whoami: (_root, _args, { identity }) => `${identity.subject}@${identity.tenant}`,
        requestId: (_root, _args, { requestId }) => requestId,
        fails: (_root, args: { with: string }) => {
          throw FAILURES[args.with]?.() ?? new Error('unknown');
        },
        item: () => item,
        items: () => ({ nodes: [item] }),
        echo: (_root, args: { text: string }) => args.text,
      },
      Mutation: { touch: () => 'touched' },
      Subscription: {
        ticks: { subscribe: () => feed.subscribe(), resolve: (value: number) => value },
        never: { subscribe: () => feed.subscribe(), resolve: (value: number) => value },
      },
    },
  });
}

type Ticks = ReturnType<typeof createTicks>;

/** Many listeners to one source of numbers. */
function createTicks() {
  const queues = new Set<ReturnType<typeof createQueue>>();
  return {
    open: () => queues.size,
    tick: (number: number) => queues.forEach((queue) => queue.push(number)),
    async end() {
      for (const queue of queues) queue.end();
    },
    subscribe(): AsyncIterable<number> {
      const queue = createQueue(() => void queues.delete(queue));
      queues.add(queue);
      return queue.items;
    },
  };
}

/** Not an `async function*`: one that waits cannot be ended from outside. */
function createQueue(onEnd: () => void) {
  const waitingValues: number[] = [];
  let waitingReader: ((result: IteratorResult<number>) => void) | null = null;
  let ended = false;
  const end = (): void => {
    ended = true;
    waitingReader?.({ done: true, value: undefined });
    onEnd();
  };
  const items: AsyncIterableIterator<number> = {
    [Symbol.asyncIterator]: () => items,
    next() {
      const value = waitingValues.shift();
      if (value !== undefined) return Promise.resolve({ done: false, value });
      if (ended) return Promise.resolve({ done: true, value: undefined });
      return new Promise((resolve) => {
        waitingReader = resolve;
      });
    },
    async return() {
      end();
      return { done: true, value: undefined };
    },
  };
  return {
    items,
    end,
    push(value: number) {
      if (waitingReader === null) waitingValues.push(value);
      else waitingReader({ done: false, value });
      waitingReader = null;
    },
  };
}
