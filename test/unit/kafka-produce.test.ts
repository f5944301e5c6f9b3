import { createRequire } from 'node:module';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { murmur2 } from '../../platform/log/kafka/partitioner.ts';
import { produceBody, type PlainProduce } from '../../platform/log/kafka/produce-body.ts';
import { quickenKafkaProduce } from '../../platform/log/kafka/quick-produce.ts';

const require = createRequire(import.meta.url);
const theirMurmur2 = require('kafkajs/src/producer/partitioners/default/murmur2.js') as (key: string) => number;
const theirRequest = require('kafkajs/src/protocol/requests/produce/v3/request.js') as (parameters: object) => {
  encode(): Promise<{ readonly buffer: Buffer }>;
};

const NOW_MS = Date.UTC(2026, 10, 26);
const text = fc.string({ unit: 'grapheme', maxLength: 200 });
const message = fc.record(
  {
    key: text,
    value: fc.oneof(
      text,
      text.map((part) => part.repeat(200)),
    ),
    headers: fc.dictionary(text, text, { maxKeys: 3 }),
  },
  { requiredKeys: ['key', 'value'] },
);
const partition = fc.record({ partition: fc.nat(100), messages: fc.array(message, { minLength: 1, maxLength: 80 }) });
const request: fc.Arbitrary<PlainProduce> = fc.record({
  acks: fc.constantFrom(-1, 0, 1),
  timeout: fc.nat(60_000),
  topicData: fc.array(fc.record({ topic: text, partitions: fc.array(partition, { maxLength: 3 }) }), { maxLength: 3 }),
});

describe('the way of records to Kafka', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: NOW_MS });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('has the partitions that kafkajs and the Java client choose', () => {
    fc.assert(
      fc.property(text, (key) => {
        expect(murmur2(Buffer.from(key))).toBe(theirMurmur2(key));
      }),
    );
  });

  it('is written byte for byte as kafkajs writes it', async () => {
    await fc.assert(
      fc.asyncProperty(request, async (parameters) => {
        const { buffer } = await theirRequest(parameters).encode();
        expect(produceBody(parameters, NOW_MS).equals(buffer)).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  it('is left to kafkajs where a producer wants more than that', async () => {
    quickenKafkaProduce();
    const requests = require('kafkajs/src/protocol/requests/produce/index.js') as {
      protocol(version: { version: number }): (parameters: object) => { request: ReturnType<typeof theirRequest> };
    };
    const timed = { acks: -1, timeout: 1, topicData: [{ topic: 't', partitions: [{ partition: 0, messages: [{ key: 'k', value: null, timestamp: 7 }] }] }] };
    const { buffer } = await requests.protocol({ version: 7 })(timed).request.encode();
    expect(buffer.equals((await theirRequest(timed).encode()).buffer)).toBe(true);
  });
});
