/** A gateway whose Redis is killed and whose origin is stopped: what it showed before stands for what cannot be read, until they are back or somebody is erased. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createHttpOrigin } from '../../../platform/origin/http-origin.ts';
import { createRedisGenerations } from '../../../platform/read-models/redis-generations.ts';
import { connectRedisViews, type RedisViews } from '../../../platform/redis-views.ts';
import { silentLogger } from '../../../platform/telemetry/logger.ts';
import { commandHandlerRole } from '../../../workers/command-handler/role.ts';
import { serveHttp } from '../../../workers/kit/http.ts';
import { createOriginRole } from '../../../workers/origin/role.ts';
import { projectorRole } from '../../../workers/projector/role.ts';
import { relayRole } from '../../../workers/relay/role.ts';
import { startOwnRestRedis, type OwnRestRedis } from '../../support/own-redis-rest.ts';
import { describeWithServices } from '../../support/services.ts';
import { startTakingGateway, TENANT, type TakingGateway } from '../../support/taking-gateway.ts';
import { commandOf, createLead, leadId, startWorkerKit, WAIT, type WorkerKit } from '../../support/worker-kit.ts';

const ADA = leadId('ada');
const LEAD = `{ lead(id: "${ADA}") { id version email } }`;
const LIST = '{ leads(first: 5) { edges { node { id email } } } }';
const TOKEN = 'a-token-for-origins';

interface Told {
  readonly data?: { readonly lead?: { readonly version: number; readonly email: string | null } | null; readonly leads?: object } | null;
  readonly errors?: readonly { readonly extensions: { readonly code: string } }[];
  readonly extensions?: { readonly freshness?: { readonly stale: boolean } };
}

describeWithServices('a gateway without its stores', ['postgres', 'redis'], ({ postgres }) => {
  let own: OwnRestRedis;
  let kit: WorkerKit;
  let gateway: TakingGateway;
  let views: RedisViews;
  let origin: { readonly url: string; readonly port: number; close(): Promise<void> };

  const serveOrigin = async (port: number): Promise<typeof origin> => {
    const role = await kit.start(createOriginRole(TOKEN));
    const answer = async (request: Parameters<NonNullable<typeof role.answer>>[0]) => (await role.answer?.(request)) ?? { status: 404, body: '' };
    const server = await serveHttp({ host: '127.0.0.1', port, logger: silentLogger, answer });
    let closing: Promise<void> | undefined;
    return { url: server.url, port: Number(new URL(server.url).port), close: () => (closing ??= server.close()) };
  };
  const ask = async (query: string): Promise<Told> => (await gateway.api.ask(query)) as Told;
  const visible = (command: ReturnType<typeof commandOf>) => vi.waitFor(async () => expect((await kit.receipt(command))?.status).toBe('VISIBLE'), WAIT);

  beforeEach(async () => {
    own = await startOwnRestRedis();
    const workersViews = connectRedisViews(own.address, silentLogger);
    views = connectRedisViews(own.address, silentLogger);
    const { readModels, liveBus } = workersViews;
    kit = await startWorkerKit(postgres.url, { readModels, liveBus, generations: createRedisGenerations(own.client()) });
    for (const role of [commandHandlerRole, relayRole, projectorRole]) await kit.start(role);
    origin = await serveOrigin(0);
    const { log, clock, logger } = kit.ports;
    const ports = { log, clock, logger, tokenSecret: 'of this test', readModels: views.readModels, liveBus: views.liveBus };
    gateway = await startTakingGateway({ ...ports, origin: createHttpOrigin({ url: origin.url, token: TOKEN }) });
    const created = commandOf(createLead(ADA, 'ada@example.com'), { tenant: TENANT });
    await kit.send(created);
    await visible(created);
    const keptViews = async (): Promise<void> => {
      await ask(LEAD);
      await ask(LIST);
      const { api } = gateway;
      const metrics = await (await fetch(`${api.url}/metrics`)).text();
      expect(metrics).toMatch(/lead_intelligence_cache_entries\{layer="L1"\} [2-9]/);
      expect(metrics).toContain('lead_intelligence_live_bus_trusted 1');
    };
    await vi.waitFor(keptViews, WAIT);
  });
  afterEach(async () => {
    await gateway.stop();
    await origin.close();
    await kit.stop();
    await views.close();
    await own.stop();
  });
  const everythingEnds = () => Promise.all([own.redis.kill(), origin.close()]);

  it('answers with what it showed before, named as old, and truly again once they are back', async () => {
    await everythingEnds();
    await vi.waitFor(async () => expect((await ask(LEAD)).extensions?.freshness?.stale).toBe(true), WAIT);
    for (let n = 0; n < 10; n += 1) {
      expect(await ask(LEAD)).toMatchObject({ data: { lead: { email: 'ada@example.com' } }, extensions: { freshness: { layer: 'L1', stale: true } } });
      expect(await ask(LIST)).toMatchObject({ data: { leads: { edges: [{ node: { id: ADA } }] } }, extensions: { freshness: { stale: true } } });
    }
    const erasure = commandOf({ type: 'EraseLead', leadId: ADA }, { tenant: TENANT });
    await kit.send(erasure);
    await kit.outcomes([erasure]);
    await own.redis.restart();
    origin = await serveOrigin(origin.port);
    await vi.waitFor(async () => {
      const { data, extensions } = await ask(LEAD);
      expect([data?.lead?.email, extensions]).toEqual([null, undefined]);
    }, WAIT);
    await everythingEnds();
    for (let n = 0; n < 5; n += 1) {
      for (const query of [LEAD, LIST]) expect(JSON.stringify(await ask(query))).not.toContain('ada@example.com');
    }
  });
});
