/** What the log on Kafka does while its broker is gone, hangs or comes back: on a broker of its own, which it kills. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { createKafkaLog } from '../../platform/log/kafka-log.ts';
import { LogUnavailableError, type Log } from '../../platform/log/log.ts';
import { startServices, type Services } from '../../scripts/services/index.ts';
import { describeWithServices } from '../support/services.ts';
import { freshNames, gather, record, sequences, WAIT } from './log-suite-kit.ts';

describeWithServices('the log on Kafka, while its broker fails', ['kafka'], () => {
  let folder: string;
  let services: Services;
  let log: Log;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'lead-intelligence-kafka-outage-'));
    services = await startServices({ folder, which: { kafka: true }, durable: false });
    log = createKafkaLog({
      brokers: [services.env['KAFKA_BROKERS'] ?? ''],
      clientId: 'outage',
      timing: { heartbeatIntervalMs: 200, sessionTimeoutMs: 2_000, retryFirstMs: 20, retryLastMs: 200 },
      partitions: 2,
    });
  });
  afterAll(async () => {
    await log?.close();
    await services?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const outcome = (work: Promise<void>): Promise<unknown> =>
    work.then(
      () => 'appended',
      (error: unknown) => error,
    );

  it('rejects appends as unavailable while the broker is dead, and takes them again once it is back', async () => {
    const { topic, group } = freshNames();
    await log.ensureTopics([topic]);
    const seen = gather();
    const errors: unknown[] = [];
    const consumer = await log.consume({ group, topic, recordsMax: 10, handle: seen.handle, onError: (error) => void errors.push(error) });
    await log.append([record(topic, 'a', 1)]);
    await vi.waitFor(() => expect(seen.sequences()).toEqual([1]), WAIT);

    await services.kafka?.kill('SIGKILL');
    const refused = await Promise.all(Array.from({ length: 20 }, (_, index) => outcome(log.append([record(topic, 'a', 100 + index)]))));
    for (const each of refused) expect(each).toBeInstanceOf(LogUnavailableError);
    await expect(log.check()).rejects.toBeInstanceOf(LogUnavailableError);
    await expect(log.lag(group, topic)).rejects.toBeInstanceOf(LogUnavailableError);

    await services.kafka?.restart();
    await vi.waitFor(() => log.append([record(topic, 'a', 2)]), WAIT);
    await vi.waitFor(() => expect(seen.sequences()).toContain(2), WAIT);
    await vi.waitFor(async () => expect(await log.lag(group, topic)).toBe(0), WAIT);
    await consumer.stop();
  });

  it('gives up on a broker that hangs, within the limit, and goes on when it wakes', async () => {
    const { topic, group } = freshNames();
    await log.ensureTopics([topic]);
    await log.append([record(topic, 'a', 1)]);
    await services.kafka?.kill('SIGSTOP');
    const refused = await Promise.all([1, 2, 3].map((sequence) => outcome(log.append([record(topic, 'a', 10 + sequence)]))));
    for (const each of refused) expect(each).toBeInstanceOf(LogUnavailableError);
    await services.kafka?.kill('SIGCONT');
    await vi.waitFor(() => log.append([record(topic, 'a', 2)]), WAIT);
    const seen = gather();
    const consumer = await log.consume({ group, topic, recordsMax: 10, handle: seen.handle, onError: () => undefined });
    await vi.waitFor(() => expect(sequences(seen.records)).toEqual(expect.arrayContaining([1, 2])), WAIT);
    await consumer.stop();
  });

  it('stops a consumer whose broker is gone', async () => {
    const { topic, group } = freshNames();
    await log.ensureTopics([topic]);
    const consumer = await log.consume({ group, topic, recordsMax: 10, handle: async () => undefined, onError: () => undefined });
    await services.kafka?.kill('SIGKILL');
    await expect(consumer.stop()).resolves.toBeUndefined();
    await services.kafka?.restart();
    await vi.waitFor(() => log.check(), WAIT);
  });

  it('refuses one record that is too large for good, and nothing beside it', async () => {
    const { topic } = freshNames();
    await log.ensureTopics([topic]);
    const large = { topic, key: 'a', value: 'x'.repeat(2 * 1024 * 1024) };
    const [refused, taken] = await Promise.all([outcome(log.append([large])), outcome(log.append([record(topic, 'a', 1)]))]);
    expect(refused).toBeInstanceOf(RangeError);
    expect(taken).toBe('appended');
    await log.append(Array.from({ length: 40 }, (_, index) => ({ topic, key: `key-${index}`, value: 'y'.repeat(100_000) })));
    expect(await log.lag('nobody', topic)).toBe(41);
  });
});
