/** What a gateway answers while the database that holds its log is frozen, read-only, full, restarting or busy. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { LeadId } from '../../../domain/ids.ts';
import { systemClock } from '../../../platform/clock.ts';
import { connect, type Sql } from '../../../platform/event-store/connect.ts';
import { createPostgresEventStore } from '../../../platform/event-store/postgres-event-store.ts';
import { createMemoryLiveBus } from '../../../platform/live-bus/memory-live-bus.ts';
import { createTableLog } from '../../../platform/log/table-log.ts';
import { ALL_TOPICS } from '../../../platform/log/topics.ts';
import { createPostgresDeadLetters } from '../../../platform/dead-letters/postgres-dead-letters.ts';
import { createStoreOrigin } from '../../../platform/origin/store-origin.ts';
import { createMemoryReadModels } from '../../../platform/read-models/memory-read-models.ts';
import { silentLogger } from '../../../platform/telemetry/logger.ts';
import { commandHandlerRole } from '../../../workers/command-handler/role.ts';
import { ownEmbeddedDatabase } from '../../support/own-postgres.ts';
import { describeWithServices } from '../../support/services.ts';
import { PROMISED_MS, startTakingGateway, TENANT, type TakingGateway } from '../../support/taking-gateway.ts';
import { startTcpProxy, type TcpProxy } from '../../support/tcp-proxy.ts';
import { startWorkerKit, WAIT, type WorkerKit } from '../../support/worker-kit.ts';

async function gatewayOver(sql: Sql, notify: boolean) {
  const log = createTableLog({ sql, notify, instance: 'gateway' });
  const eventStore = createPostgresEventStore({ sql, notify });
  await log.ensureTopics(ALL_TOPICS);
  const gateway = await startTakingGateway({
    log,
    readModels: createMemoryReadModels(),
    liveBus: createMemoryLiveBus(),
    origin: createStoreOrigin({ eventStore, deadLetters: createPostgresDeadLetters({ sql }) }),
    clock: systemClock,
    logger: silentLogger,
    tokenSecret: 'a secret for tests',
  });
  await taken(gateway, 'warm-up');
  return {
    gateway,
    async stop() {
      await gateway.stop();
      await Promise.all([log.close(), eventStore.close()]);
    },
  };
}

const REFUSED = { code: 'UNAVAILABLE', retryAfter: 2, data: null, inTime: true };
/** What the gateway answers, and whether as soon as it promised. */
async function answerTo(gateway: TakingGateway, key: string) {
  const { data, errors, tookMs } = await gateway.create(key);
  return { ...errors?.[0]?.extensions, data: data ?? null, inTime: tookMs < PROMISED_MS };
}
/** The status once the log takes commands again. */
const taken = (gateway: TakingGateway, key: string): Promise<string> =>
  vi.waitFor(async () => (await gateway.create(key)).data?.createLead.status ?? Promise.reject(new Error('not yet')), WAIT);

describeWithServices('a gateway whose log is a table of a PostgreSQL that fails', ['postgres'], ({ postgres }) => {
  let kit: WorkerKit;
  let proxy: TcpProxy;
  let sql: Sql;
  let over: Awaited<ReturnType<typeof gatewayOver>>;

  beforeAll(async () => {
    kit = await startWorkerKit(postgres.url);
    const url = new URL(kit.database.url);
    proxy = await startTcpProxy({ targetPort: Number(url.port) });
    url.hostname = '127.0.0.1';
    url.port = String(proxy.port);
    sql = connect(url.href);
    over = await gatewayOver(sql, true);
  });
  afterAll(async () => {
    proxy?.heal();
    await over?.stop();
    await sql?.end({ timeout: 1 });
    await proxy?.stop();
    await kit?.stop();
  });

  const name = (): string => new URL(kit.database.url).pathname.slice(1);
  /** One effect of each, whatever was written behind the gateway's back. */
  const CASES: Readonly<Record<string, { fail: () => Promise<void> | void; mend: () => Promise<void> | void }>> = {
    frozen: { fail: () => proxy.blackHole(), mend: () => proxy.heal() },
    mute: {
      fail: () => proxy.swallowAnswers(),
      mend: () => {
        proxy.heal();
        proxy.cut();
      },
    },
    'read-only': {
      fail: async () => {
        await kit.database.sql.unsafe(`alter database ${name()} set default_transaction_read_only = on`);
        proxy.cut();
      },
      mend: async () => {
        await kit.database.sql.unsafe(`alter database ${name()} reset default_transaction_read_only`);
        proxy.cut();
      },
    },
    // The error that PostgreSQL gives where its disk is full, from the same statement.
    full: {
      fail: async () => {
        await kit.database.sql.unsafe(`create function no_space() returns trigger language plpgsql as $$
          begin raise exception 'could not extend file: No space left on device' using errcode = 'disk_full'; end $$`);
        await kit.database.sql.unsafe('create trigger no_space before insert on log_records execute function no_space()');
      },
      mend: async () => {
        await kit.database.sql.unsafe('drop trigger no_space on log_records');
      },
    },
  };

  it.each(Object.entries(CASES))('refuses within two seconds while it is %s, and takes the same key once afterwards', async (key, { fail, mend }) => {
    await fail();
    expect(await answerTo(over.gateway, key)).toEqual(REFUSED);
    expect(await answerTo(over.gateway, key)).toEqual(REFUSED);
    await mend();
    expect(await taken(over.gateway, key)).toBe('ACCEPTED');
  });

  it('refuses within two seconds while it restarts, and takes the same key once afterwards', async () => {
    await kit.withDatabaseDown(async () => expect(await answerTo(over.gateway, 'restarting')).toEqual(REFUSED));
    expect(await taken(over.gateway, 'restarting')).toBe('ACCEPTED');
  });

  it('has made one lead of each key', async () => {
    await kit.start(commandHandlerRole);
    for (const key of ['warm-up', ...Object.keys(CASES), 'restarting']) {
      const id = await over.gateway.idOf(key);
      const outcome = await vi.waitFor(async () => (await kit.ports.eventStore.findOutcome(TENANT, id)) ?? Promise.reject(new Error('not yet')), WAIT);
      expect((await kit.events(outcome.streamId as LeadId, TENANT)).map(({ event }) => event.type)).toEqual(['LeadCreated']);
    }
  });
});

describe('a gateway whose log is a table of the embedded database', () => {
  it('refuses within two seconds while that is busy, and takes the same key once afterwards', async () => {
    const database = await ownEmbeddedDatabase();
    const over = await gatewayOver(database.sql, false);
    const { gateway } = over;
    const busy = database.sql`select pg_sleep(4)`.execute();
    expect(await answerTo(gateway, 'busy')).toEqual(REFUSED);
    await busy;
    expect(await taken(gateway, 'busy')).toBe('ACCEPTED');
    const records = await database.sql<{ value: string }[]>`select value from log_records`;
    const ids = new Set(records.map(({ value }) => (JSON.parse(value) as { id: string }).id));
    expect([...ids].sort()).toEqual([await gateway.idOf('busy'), await gateway.idOf('warm-up')].sort());
    await over.stop();
    await database.dispose();
  });
});
