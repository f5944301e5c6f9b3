/**
 * What every log promises, whatever it is made of. Each adapter's test file calls this with its own log.
 * `another` is a second client of the same log, as another process would have.
 */
import { afterAll, beforeAll, describe, expect, vi } from 'vitest';
import type { Log, LogConsumer } from '../../platform/log/log.ts';
import { groupCases } from './log-groups.suite.ts';
import { laneCases } from './log-lanes.suite.ts';
import { progressCases } from './log-progress.suite.ts';
import { recordCases } from './log-records.suite.ts';
import { trimCases } from './log-trim.suite.ts';
import { freshNames, WAIT, type LogSuite } from './log-suite-kit.ts';

export interface LogUnderTest {
  readonly log: Log;
  another(): Promise<Log>;
  dispose(): Promise<void>;
  /** How long a silent member keeps its partitions, so that a case can be slower than that. Default 2,000. */
  readonly leaseMs?: number;
}

const LEASE_MS = 2_000;

export function logContract(name: string, makeLog: () => Promise<LogUnderTest>): void {
  describe(`${name} keeps the promises of a log`, () => {
    let under: LogUnderTest;
    const consumers: LogConsumer[] = [];

    beforeAll(async () => {
      under = await makeLog();
    });
    afterAll(async () => {
      await Promise.all(consumers.map((consumer) => consumer.stop()));
      await under?.dispose();
    });

    const suite: LogSuite = {
      log: () => under.log,
      another: () => under.another(),
      leaseMs: () => under.leaseMs ?? LEASE_MS,
      async start(from, options) {
        const consumer = await from.consume({ recordsMax: 100, onError: () => undefined, ...options });
        consumers.push(consumer);
        return consumer;
      },
      async newTopic() {
        const names = freshNames();
        await under.log.ensureTopics([names.topic]);
        return names;
      },
      lagIs: (group, topic, records) => vi.waitFor(async () => expect(await under.log.lag(group, topic)).toBe(records), WAIT),
    };
    recordCases(suite);
    groupCases(suite);
    progressCases(suite);
    laneCases(suite);
    trimCases(suite);
  });
}
