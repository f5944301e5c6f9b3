/** What a gateway answers while Kafka or Redis is gone, frozen or mute; on services of its own, which it kills. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { LeadId } from '../../../domain/ids.ts';
import { systemClock } from '../../../platform/clock.ts';
import { createKafkaLog } from '../../../platform/log/kafka-log.ts';
import type { Log } from '../../../platform/log/log.ts';
import { commandTopic } from '../../../platform/log/topics.ts';
import { createStoreOrigin } from '../../../platform/origin/store-origin.ts';
import { connectRedisViews, type RedisViews } from '../../../platform/redis-views.ts';
import { silentLogger } from '../../../platform/telemetry/logger.ts';
import { startServices, type Services } from '../../../scripts/services/index.ts';
import { commandHandlerRole } from '../../../workers/command-handler/role.ts';
import type { RunningRole } from '../../../workers/kit/role.ts';
import { describeWithServices } from '../../support/services.ts';
import { PROMISED_MS, startTakingGateway, TENANT, type TakingGateway, type Timed } from '../../support/taking-gateway.ts';
import { keepingKafkaClients, startTcpProxy, type TcpProxy } from '../../support/tcp-proxy.ts';
import { startWorkerKit, WAIT, type WorkerKit } from '../../support/worker-kit.ts';

describeWithServices('a gateway on Kafka and Redis that fail', ['kafka', 'postgres', 'bridge'], ({ postgres }) => {
  let folder: string;
  let services: Services;
  let proxy: TcpProxy;
  /** The workers' own, past the proxy. */
  let log: Log;
  let gatewayLog: Log;
  let views: RedisViews;
  let kit: WorkerKit;
  let gateway: TakingGateway;
  let handler: RunningRole | null = null;
  /** Right behind an append of the gateway. */
  let appended = (): void => undefined;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'lead-intelligence-acceptance-'));
    services = await startServices({ folder, which: { kafka: true, bridge: true }, durable: false });
    const brokers = services.env['KAFKA_BROKERS'] ?? '';
    const brokerPort = Number(brokers.split(':')[1]);
    proxy = await startTcpProxy({ targetPort: brokerPort, rewrite: keepingKafkaClients(brokerPort) });
    log = createKafkaLog({ brokers: [brokers], clientId: 'workers', partitions: 1 });
    gatewayLog = createKafkaLog({ brokers: [`127.0.0.1:${proxy.port}`], clientId: 'gateway' });
    views = connectRedisViews({ url: services.env['UPSTASH_REDIS_REST_URL'] ?? '', token: services.env['UPSTASH_REDIS_REST_TOKEN'] ?? '' }, silentLogger);
    kit = await startWorkerKit(postgres.url, { log, readModels: views.readModels });
    gateway = await startTakingGateway({
      log: {
        check: () => gatewayLog.check(),
        async append(records, options) {
          await gatewayLog.append(records, options);
          appended();
        },
      },
      readModels: views.readModels,
      liveBus: views.liveBus,
      origin: createStoreOrigin(kit.ports),
      clock: systemClock,
      logger: silentLogger,
      tokenSecret: 'a secret for tests',
    });
    await accepted('warm-up');
  });
  afterAll(async () => {
    await services?.kafka?.kill('SIGCONT');
    await services?.redis?.kill('SIGCONT');
    await handler?.stop();
    await gateway?.stop();
    await Promise.all([log?.close(), gatewayLog?.close(), views?.close()]);
    await kit?.stop();
    await proxy?.stop();
    await services?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const expectRefusal = ({ data, errors, tookMs }: Timed<unknown>): void => {
    expect(errors).toMatchObject([{ extensions: { code: 'UNAVAILABLE', retryAfter: 2 } }]);
    expect(data ?? null).toBeNull();
    expect(tookMs).toBeLessThan(PROMISED_MS);
  };
  const outcomeOf = async (key: string) => kit.ports.eventStore.findOutcome(TENANT, await gateway.idOf(key));
  /** Until the log takes commands again. */
  const accepted = (key: string) =>
    vi.waitFor(async () => {
      const { data } = await gateway.create(key);
      if (!data) throw new Error('not yet');
      return data.createLead;
    }, WAIT);
  /** Runs the workers to the end of the log and back to rest. */
  async function carryOut(): Promise<void> {
    handler = await commandHandlerRole.start(kit.ports);
    for (const lane of ['hot', 'cold'] as const)
      await vi.waitFor(async () => expect(await log.lag(`command-handler.${lane}`, commandTopic(lane))).toBe(0), WAIT);
    await handler.stop();
    handler = null;
  }
  const eventTypes = async (id: string) => (await kit.events(id as LeadId, TENANT)).map(({ event }) => event.type);

  it('refuses within two seconds where Kafka is dead, claims nothing, and takes the same key once when it is back', async () => {
    await services.kafka?.kill('SIGKILL');
    proxy.cut();
    expectRefusal(await gateway.create('killed'));
    const asked = await gateway.receipt(await gateway.idOf('killed'));
    expect(asked.errors).toMatchObject([{ extensions: { code: 'UNAVAILABLE' } }]);
    expect(await outcomeOf('killed')).toBeNull();
    await services.kafka?.restart();
    const first = await accepted('killed');
    expect(await accepted('killed')).toEqual(first);
    expect((await gateway.receipt(first.id)).data).toEqual({ command: { status: 'ACCEPTED' } });
    await carryOut();
    expect(await eventTypes(first.leadId)).toEqual(['LeadCreated']);
  });

  it('refuses within two seconds where Kafka hangs, a crowd of callers too', async () => {
    await services.kafka?.kill('SIGSTOP');
    const answers = await Promise.all(Array.from({ length: 30 }, (_, n) => gateway.create(`frozen-${n}`)));
    answers.forEach(expectRefusal);
    await services.kafka?.kill('SIGCONT');
    const first = await accepted('frozen-0');
    await carryOut();
    expect(await eventTypes(first.leadId)).toEqual(['LeadCreated']);
    // Written behind the gateway's back or not: whoever was refused and did not repeat made one lead at the most.
    const others = await Promise.all(Array.from({ length: 29 }, (_, n) => outcomeOf(`frozen-${n + 1}`)));
    for (const outcome of others.filter((one) => one !== null)) expect(await eventTypes(outcome.streamId)).toEqual(['LeadCreated']);
  });

  it('refuses within two seconds where Redis hangs and Kafka is dead; takes commands while only Redis hangs', async () => {
    await services.redis?.kill('SIGSTOP');
    const onlyRedis = await gateway.create('no-redis');
    expect(onlyRedis.data).toMatchObject({ createLead: { status: 'ACCEPTED' } });
    expect(onlyRedis.tookMs).toBeLessThan(PROMISED_MS);
    await services.kafka?.kill('SIGKILL');
    proxy.cut();
    expectRefusal(await gateway.create('neither'));
    expectRefusal(await gateway.create(null));
    expect(await outcomeOf('neither')).toBeNull();
    await services.redis?.kill('SIGCONT');
    await services.kafka?.restart();
    const first = await accepted('neither');
    await carryOut();
    expect(await eventTypes(first.leadId)).toEqual(['LeadCreated']);
  });

  it('makes one effect of a command that was written although the gateway heard nothing', async () => {
    await accepted('heard');
    const before = await log.lag('nobody', commandTopic('hot'));
    proxy.swallowAnswers();
    expectRefusal(await gateway.create('unheard'));
    await vi.waitFor(async () => expect(await log.lag('nobody', commandTopic('hot'))).toBeGreaterThan(before), WAIT);
    proxy.heal();
    proxy.cut();
    const first = await accepted('unheard');
    expect(await log.lag('nobody', commandTopic('hot'))).toBeGreaterThan(before + 1);
    await carryOut();
    expect(await eventTypes(first.leadId)).toEqual(['LeadCreated']);
    expect(first.id).toBe(await gateway.idOf('unheard'));
  });

  it('tells how far an import came when the log dies in its middle; the same key completes it once', async () => {
    const csv = ['email', ...Array.from({ length: 1_200 }, (_, n) => `import${n}@example.com`)].join('\n');
    appended = () => proxy.blackHole();
    const { data, errors } = await gateway.importCsv(csv, 'a file');
    appended = () => undefined;
    expect(errors).toBeUndefined();
    const report = data?.importLeads;
    expect(report).toMatchObject({ accepted: 500, rejected: 0, interruption: { fromRow: 502, retryAfter: 2 } });
    expect(report?.commandIds).toHaveLength(500);
    expectRefusal(await gateway.importCsv(csv, 'a file'));
    proxy.heal();
    proxy.cut();
    const whole = await vi.waitFor(async () => {
      const again = await gateway.importCsv(csv, 'a file');
      expect(again.data?.importLeads).toMatchObject({ accepted: 1_200, interruption: null });
      return again.data?.importLeads;
    }, WAIT);
    expect(whole?.commandIds.slice(0, 500)).toEqual(report?.commandIds);
    await carryOut();
    const ids = new Set(whole?.commandIds);
    expect(ids.size).toBe(1_200);
    const created = await kit.database.sql<{ id: string }[]>`select command_id as id from events where tenant = ${TENANT}`;
    expect(created.filter(({ id }) => ids.has(id))).toHaveLength(1_200);
  });
});
