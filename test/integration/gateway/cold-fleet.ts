/** Gateways and origins that share a Redis and a database, each with connections of its own, as processes would have them: the views are nowhere yet. */
import { createHttpOrigin } from '../../../platform/origin/http-origin.ts';
import { GENERATIONS_KEY, pointerText } from '../../../platform/read-models/generation-pointer.ts';
import type { ViewLeases } from '../../../platform/read-models/view-leases.ts';
import { connectRedisViews } from '../../../platform/redis-views.ts';
import { silentLogger } from '../../../platform/telemetry/logger.ts';
import { createConsistencyTokens } from '../../../resolvers/consistency-token.ts';
import { leaseFactsOf } from '../../../resolvers/loaders/share-views.ts';
import type { GatewayPorts } from '../../../resolvers/ports.ts';
import { createGatewayShared } from '../../../resolvers/request-context.ts';
import { commandHandlerRole } from '../../../workers/command-handler/role.ts';
import { serveHttp } from '../../../workers/kit/http.ts';
import { createOriginRole } from '../../../workers/origin/role.ts';
import { appOver } from '../../support/app-over.ts';
import { createBrokerage } from '../../support/brokerage.ts';
import { startOwnRestRedis } from '../../support/own-redis-rest.ts';
import { startTcpProxy } from '../../support/tcp-proxy.ts';
import { ACME, addNote, commandOf, createLead, leadId, startWorkerKit } from '../../support/worker-kit.ts';

const TOKEN = 'a-token-for-origins';
const GATEWAYS = 3;
const ORIGINS = 2;
/** In the write model, at version 2. */
export const ADA = leadId('ada');

export async function startFleet(postgresUrl: string) {
  const kit = await startWorkerKit(postgresUrl);
  const commands = [commandOf(createLead(ADA)), commandOf(addNote(ADA, 'a note'))];
  const handler = await kit.start(commandHandlerRole);
  await kit.send(...commands);
  await kit.outcomes(commands);
  await handler.stop();
  const redis = await startOwnRestRedis();
  await redis.client().command(['SET', GENERATIONS_KEY, pointerText({ serving: 1, building: null, stamp: 1, run: '', source: 's' })]);

  /** `loads`: how many streams the write model was asked for, each time. */
  const state = { loads: [] as number[], gate: Promise.resolve(), onTaken: () => {} };
  const origins = await Promise.all(
    Array.from({ length: ORIGINS }, async () => {
      const ports = kit.newProcess();
      const eventStore: typeof ports.eventStore = {
        ...ports.eventStore,
        async loadStreams(refs) {
          state.loads.push(refs.length);
          await state.gate;
          return ports.eventStore.loadStreams(refs);
        },
      };
      const role = await kit.start(createOriginRole(TOKEN), { ...ports, eventStore });
      const served = await serveHttp({
        host: '127.0.0.1',
        port: 0,
        logger: silentLogger,
        answer: async (request) => (await role.answer?.(request)) ?? { status: 404, body: 'nothing' },
      });
      return { served, way: await startTcpProxy({ targetPort: Number(new URL(served.url).port) }) };
    }),
  );

  const startGateway = (at: number) => {
    const views = connectRedisViews(redis.address, silentLogger);
    const viewLeases: ViewLeases = {
      ...views.viewLeases,
      async take(wanted, ttlMs) {
        const turns = await views.viewLeases.take(wanted, ttlMs);
        if (turns.some((turn) => turn.state === 'TAKEN')) state.onTaken();
        return turns;
      },
    };
    const origin = createHttpOrigin({ url: `http://127.0.0.1:${origins[at % ORIGINS]?.way.port}`, token: TOKEN });
    const ports: GatewayPorts = { ...createBrokerage().ports, readModels: views.readModels, viewLeases, origin };
    const shared = createGatewayShared(ports);
    return { views, ports, facts: () => leaseFactsOf(viewLeases), app: appOver(ports, shared), shared };
  };
  const gateways = Array.from({ length: GATEWAYS }, (_, at) => startGateway(at));
  const tokens = createConsistencyTokens(createBrokerage().ports.tokenSecret);

  const fleet = {
    redis,
    gateways,
    origins,
    loads: () => state.loads,
    /** The write model holds its answers back until `open`. */
    close(): { open(): void } {
      const gate = Promise.withResolvers<void>();
      state.gate = gate.promise;
      return { open: () => gate.resolve() };
    },
    /** Resolves once gateways have found so many times that another one has the lease. */
    async taken(times: number): Promise<void> {
      const { promise, resolve } = Promise.withResolvers<void>();
      let open = times;
      state.onTaken = () => void ((open -= 1) === 0 && resolve());
      await promise;
    },
    /** The lead as a gateway answers it to somebody, with the errors. */
    async ask(at: number, id: string, { person = 'ann', atLeast = 0 } = {}): Promise<string> {
      const consistencyToken = atLeast === 0 ? undefined : await tokens.sign(ACME, { streamId: ADA, version: atLeast });
      const identity = { tenant: ACME, subject: person, roles: ['AGENT' as const], expiresAtMs: Infinity };
      const body = JSON.stringify({ query: `{ lead(id: "${id}") { version } }` });
      const answer = await gateways[at % GATEWAYS]?.app.direct.answer({ requestId: 'r', identity, body, accept: '', consistencyToken });
      return answer && 'bytes' in answer ? (answer.ascii ?? '') : (answer?.text ?? '');
    },
    async stop(): Promise<void> {
      await Promise.all(gateways.map(({ shared }) => shared.close()));
      await Promise.all(gateways.map(({ views }) => views.close()));
      await Promise.all(origins.flatMap(({ served, way }) => [way.stop(), served.close()]));
      await redis.stop();
      await kit.stop();
    },
  };
  // What is compiled, connected and learnt once, each of them has behind it.
  for (const at of gateways.keys()) await fleet.ask(at, leadId(`warm-up-${at}`));
  state.loads = [];
  return fleet;
}
