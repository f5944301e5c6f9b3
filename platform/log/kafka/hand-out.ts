/** What one batch of kafkajs becomes: batches of ours, none larger than the consumer asked for. */
import type { KafkaMessage } from 'kafkajs';
import type { ReceivedRecord } from '../log.ts';

/** In their order; one that is larger than `bytesMax` goes alone. */
export function cutMessages(messages: readonly KafkaMessage[], recordsMax: number, bytesMax: number): KafkaMessage[][] {
  const batches: KafkaMessage[][] = [];
  let bytes = Infinity;
  for (const message of messages) {
    const size = sizeOf(message);
    const current = batches.at(-1);
    if (current === undefined || current.length >= recordsMax || bytes + size > bytesMax) {
      batches.push([message]);
      bytes = size;
    } else {
      current.push(message);
      bytes += size;
    }
  }
  return batches;
}

function sizeOf({ key, value, headers }: KafkaMessage): number {
  let bytes = (key?.length ?? 0) + (value?.length ?? 0);
  for (const [name, text] of Object.entries(headers ?? {})) bytes += name.length + headerText(text).length;
  return bytes;
}

const headerText = (text: NonNullable<KafkaMessage['headers']>[string]): Buffer | string => (Array.isArray(text) ? text[0] : text) ?? '';

export function toRecord(topic: string, partition: number, { key, value, headers, offset, timestamp }: KafkaMessage): ReceivedRecord {
  return {
    topic,
    partition,
    offset,
    key: key?.toString() ?? '',
    value: value?.toString() ?? '',
    headers: Object.fromEntries(Object.entries(headers ?? {}).map(([name, text]) => [name, headerText(text).toString()])),
    appendedAtMs: Number(timestamp),
  };
}
