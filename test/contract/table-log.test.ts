import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { connect } from '../../platform/event-store/connect.ts';
import { LogUnavailableError, type Log } from '../../platform/log/log.ts';
import { partitionOf } from '../../platform/log/table/partitioner.ts';
import { createTableLog } from '../../platform/log/table-log.ts';
import { ownEmbeddedDatabase, ownServerDatabase, type OwnDatabase } from '../support/own-postgres.ts';
import { describeWithServices } from '../support/services.ts';
import { freshNames, gather, record, WAIT } from './log-suite-kit.ts';
import { logContract, type LogUnderTest } from './log.suite.ts';

const LEASE_MS = 2_000;

async function tableLogOn(database: OwnDatabase): Promise<LogUnderTest> {
  const logs: Log[] = [];
  const open = (sql = database.another()): Log => {
    const log = createTableLog({ sql, notify: database.isServer, instance: `log-${randomBytes(4).toString('hex')}`, leaseMs: LEASE_MS });
    logs.push(log);
    return log;
  };
  return {
    log: open(database.sql),
    another: async () => open(),
    leaseMs: LEASE_MS,
    async dispose() {
      await Promise.all(logs.map((log) => log.close()));
      await database.dispose();
    },
  };
}

/** What only the table log promises. */
function tableLogPromises(name: string, makeDatabase: () => Promise<OwnDatabase>): void {
  describe(`a table log on ${name}, beyond the port`, () => {
    let database: OwnDatabase;
    let under: LogUnderTest;
    beforeAll(async () => {
      database = await makeDatabase();
      under = await tableLogOn(database);
    });
    afterAll(async () => under?.dispose());

    it('gives offsets without a gap, however many append to the same partitions in any order', async () => {
      const topics = [freshNames().topic, freshNames().topic, freshNames().topic];
      await under.log.ensureTopics(topics);
      const clients = [under.log, await under.another(), await under.another()];
      const appends = Array.from({ length: 60 }, (_, index) => {
        const records = (index % 2 === 0 ? topics : topics.toReversed()).flatMap((topic) => [0, 1, 2, 3, 4].map((key) => record(topic, `key-${key}`, index)));
        return (clients[index % 3] ?? under.log).append(records);
      });
      await Promise.all(appends);
      const rows = await database.sql<{ records: number; gaps: number }[]>`
        select count(*)::int as records, (max("offset") + 1 - count(*))::int as gaps from log_records where topic in ${database.sql(topics)} group by topic, partition`;
      expect(rows.reduce((sum, row) => sum + row.records, 0)).toBe(60 * 3 * 5);
      expect(rows.every((row) => row.gaps === 0)).toBe(true);
    });

    it('refuses an unknown topic whole, and what cannot be stored, without harm to others in the same flush', async () => {
      const { topic } = freshNames();
      await under.log.ensureTopics([topic]);
      const bad = under.log.append([record(topic, 'a', 0), { topic, key: 'a', value: 'half \ud800' }]);
      const good = under.log.append([record(topic, 'a', 1)]);
      await expect(bad).rejects.toBeInstanceOf(RangeError);
      await good;
      await expect(under.log.append([record('never.made', 'a', 2)])).rejects.toThrow('null value');
      expect(await under.log.lag('nobody', topic)).toBe(1);
      await expect(
        under.log.consume({ group: 'g', topic: 'never.made', recordsMax: 1, handle: async () => undefined, onError: () => undefined }),
      ).rejects.toThrow('no topic');
    });

    it('hands partitions over between members that come and go, each record to one of them at a time', async () => {
      const { topic, group } = freshNames();
      await under.log.ensureTopics([topic]);
      const handled = new Map<number, number>();
      const working = new Set<number>();
      let overlaps = 0;
      const consume = async (log: Log) =>
        log.consume({
          group,
          topic,
          recordsMax: 5,
          onError: () => undefined,
          async handle(batch) {
            if (working.has(batch.partition)) overlaps += 1;
            working.add(batch.partition);
            await log.check();
            for (const each of batch.records) handled.set(Number(JSON.parse(each.value).sequence), batch.partition);
            working.delete(batch.partition);
          },
        });
      const first = await consume(under.log);
      let sequence = 0;
      const appendSome = () => under.log.append(Array.from({ length: 50 }, () => record(topic, `key-${sequence}`, sequence++)));
      await appendSome();
      const second = await consume(await under.another());
      await appendSome();
      const third = await consume(await under.another());
      await appendSome();
      await first.stop();
      await appendSome();
      await second.stop();
      await appendSome();
      await vi.waitFor(async () => expect(await under.log.lag(group, topic)).toBe(0), WAIT);
      await third.stop();
      expect([handled.size, overlaps]).toEqual([250, 0]);
    });

    it('takes nothing any more once it is closed', async () => {
      const closing = await under.another();
      await closing.close();
      await expect(closing.append([record('any', 'a', 1)])).rejects.toBeInstanceOf(LogUnavailableError);
    });
  });
}

describeWithServices('the table log on PostgreSQL', ['postgres'], ({ postgres }) => {
  logContract('a table log on PostgreSQL', async () => tableLogOn(await ownServerDatabase(postgres.url)));
  tableLogPromises('PostgreSQL', () => ownServerDatabase(postgres.url));

  it('goes on after every connection was cut, and tells its consumers', async () => {
    const database = await ownServerDatabase(postgres.url);
    const under = await tableLogOn(database);
    const { topic, group } = freshNames();
    await under.log.ensureTopics([topic]);
    const seen = gather();
    await under.log.consume({ group, topic, recordsMax: 10, handle: seen.handle, onError: () => undefined });
    await under.log.append([record(topic, 'a', 1)]);
    await vi.waitFor(() => expect(seen.sequences()).toEqual([1]), WAIT);
    await database.another()`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`;
    await vi.waitFor(() => under.log.append([record(topic, 'a', 2)]), WAIT);
    await vi.waitFor(() => expect(seen.sequences()).toContain(2), WAIT);
    await under.dispose();
  });
});

logContract('a table log on PGlite', async () => tableLogOn(await ownEmbeddedDatabase()));
tableLogPromises('PGlite', ownEmbeddedDatabase);

describe('a table log that cannot be reached', () => {
  it('says so', async () => {
    const sql = connect('postgres://postgres@127.0.0.1:1/none', { connectionsMax: 1, connectTimeoutSeconds: 1 });
    const log = createTableLog({ sql, notify: false, instance: 'alone' });
    await expect(log.append([record('any', 'a', 1)])).rejects.toBeInstanceOf(LogUnavailableError);
    await expect(log.check()).rejects.toBeInstanceOf(LogUnavailableError);
    await expect(log.consume({ group: 'g', topic: 'any', recordsMax: 1, handle: async () => undefined, onError: () => undefined })).rejects.toBeInstanceOf(
      LogUnavailableError,
    );
    await log.close();
    await sql.end();
  });
});

describe('the partition of a key', () => {
  it('is the same for ever', () => {
    expect(['', 'a', 'acme:lead_1', 'acme:lead_2', 'ténant:lead_ü'].map((key) => partitionOf(key))).toMatchInlineSnapshot(`
      [
        1,
        0,
        3,
        2,
        1,
      ]
    `);
  });
  it('spreads keys that look alike', () => {
    const counts = [0, 0, 0, 0];
    for (let n = 0; n < 4_000; n++)
      counts[partitionOf(`acme:lead_${n.toString(16).padStart(32, '0')}`)] = (counts[partitionOf(`acme:lead_${n.toString(16).padStart(32, '0')}`)] ?? 0) + 1;
    expect(Math.min(...counts)).toBeGreaterThan(800);
  });
});
