import { createKafkaLog } from '../../platform/log/kafka-log.ts';
import type { Log } from '../../platform/log/log.ts';
import { describeWithServices } from '../support/services.ts';
import { logContract } from './log.suite.ts';

/** Short, so that members are missed and batches handed out again quickly. */
const timing = { sessionTimeoutMs: 1_500, heartbeatIntervalMs: 200, rebalanceTimeoutMs: 10_000, fetchWaitMs: 50, retryFirstMs: 20 };

describeWithServices('the log on Kafka', ['kafka'], ({ kafka }) => {
  logContract('Kafka', async () => {
    const logs: Log[] = [];
    const open = (): Log => {
      const log = createKafkaLog({ brokers: [kafka.brokers], clientId: `contract-${logs.length}`, timing, partitions: 4 });
      logs.push(log);
      return log;
    };
    return {
      log: open(),
      another: async () => open(),
      leaseMs: timing.sessionTimeoutMs,
      dispose: async () => void (await Promise.all(logs.map((log) => log.close()))),
    };
  });
});
