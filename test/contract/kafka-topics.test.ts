import { expect, it } from 'vitest';
import { createKafkaLog } from '../../platform/log/kafka-log.ts';
import { describeWithServices } from '../support/services.ts';

/** Many processes start at once on a new cluster. */
const PROCESSES = 6;
const ROUNDS = 4;

describeWithServices('topics that several processes make at once', ['kafka'], ({ kafka }) => {
  it('can be consumed as soon as ensureTopics resolves, whoever made them', async () => {
    const logs = Array.from({ length: PROCESSES }, (_, index) => createKafkaLog({ brokers: [kafka.brokers], clientId: `topics-${index}`, partitions: 4 }));
    const errors: unknown[] = [];
    try {
      for (let round = 0; round < ROUNDS; round += 1) {
        const topics = Array.from({ length: 7 }, (_, index) => `at-once-${round}-${index}`);
        const consumers = await Promise.all(
          logs.map(async (log, index) => {
            await log.ensureTopics(topics);
            const topic = topics.at(-1) ?? '';
            return log.consume({
              group: `at-once-${round}-${index}`,
              topic,
              recordsMax: 1,
              handle: async () => undefined,
              onError: (error) => errors.push(error),
            });
          }),
        );
        await Promise.all(consumers.map((consumer) => consumer.stop()));
      }
    } finally {
      await Promise.all(logs.map((log) => log.close()));
    }
    expect(errors).toEqual([]);
  });
});
