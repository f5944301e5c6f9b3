/**
 * The body of a produce request (versions 3 to 7), written into one buffer. kafkajs makes some ten buffers of half a kilobyte for each record and copies
 * them into one another: with what it takes for the partition, a sixth of what a gateway takes to take a command in.
 */
import { BytesWriter, varintBytes } from './bytes-writer.ts';
import { crc32c } from './crc32c.ts';

export interface PlainMessage {
  readonly key: string;
  readonly value: string;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

export interface PlainProduce {
  readonly acks: number;
  readonly timeout: number;
  readonly topicData: readonly {
    readonly topic: string;
    readonly partitions: readonly { readonly partition: number; readonly messages: readonly PlainMessage[] }[];
  }[];
}

/** More than the fields of fixed size take, of a request or topic, of a batch, of a record or header. */
const REQUEST_BYTES = 16;
const BATCH_BYTES = 80;
const RECORD_BYTES = 32;

const NOBODY = -1;
const MAGIC = 2;

/** `nowMs`: when the records were made, as they will say. */
export function produceBody({ acks, timeout, topicData }: PlainProduce, nowMs: number): Buffer {
  const out = new BytesWriter(topicData.reduce((bytes, topic) => bytes + topicBytes(topic), REQUEST_BYTES));
  out.int16(NOBODY); // No transaction.
  out.int16(acks);
  out.int32(timeout);
  out.int32(topicData.length);
  for (const { topic, partitions } of topicData) {
    out.text16(topic);
    out.int32(partitions.length);
    for (const { partition, messages } of partitions) {
      out.int32(partition);
      const size = out.later32();
      writeBatch(out, messages, nowMs);
      out.fill32(size, out.length - size - 4);
    }
  }
  return out.from(0);
}

function writeBatch(out: BytesWriter, messages: readonly PlainMessage[], nowMs: number): void {
  out.int64(0); // The broker decides the offsets.
  const size = out.later32();
  out.int32(0); // Epoch of the partition's leader: the broker's business.
  out.int8(MAGIC);
  const crc = out.later32();
  const summed = out.length;
  out.int16(0); // Nothing compressed, time of creation, no transaction.
  out.int32(messages.length - 1);
  out.int64(nowMs);
  out.int64(nowMs);
  out.int64(NOBODY); // No idempotent producer, so neither its epoch nor its sequence.
  out.int16(0);
  out.int32(0);
  out.int32(messages.length);
  for (const [at, message] of messages.entries()) writeRecord(out, message, at);
  out.fill32(crc, crc32c(out.from(summed)));
  out.fill32(size, out.length - size - 4);
}

function writeRecord(out: BytesWriter, { key, value, headers = {} }: PlainMessage, at: number): void {
  const [keyBytes, valueBytes] = [Buffer.byteLength(key), Buffer.byteLength(value)];
  const named = Object.entries(headers).map(([name, text]) => ({ name, nameBytes: Buffer.byteLength(name), text, textBytes: Buffer.byteLength(text) }));
  let size = 2 + varintBytes(at) + varintBytes(keyBytes) + keyBytes + varintBytes(valueBytes) + valueBytes + varintBytes(named.length);
  for (const { nameBytes, textBytes } of named) size += varintBytes(nameBytes) + nameBytes + varintBytes(textBytes) + textBytes;
  out.varint(size);
  out.int8(0);
  out.varint(0); // As old as the batch.
  out.varint(at);
  out.textV(key, keyBytes);
  out.textV(value, valueBytes);
  out.varint(named.length);
  for (const { name, nameBytes, text, textBytes } of named) {
    out.textV(name, nameBytes);
    out.textV(text, textBytes);
  }
}

/** At the most: a character is three bytes at the most. */
function topicBytes({ topic, partitions }: PlainProduce['topicData'][number]): number {
  let bytes = REQUEST_BYTES + topic.length * 3;
  for (const { messages } of partitions) {
    bytes += BATCH_BYTES;
    for (const message of messages) bytes += messageBytes(message);
  }
  return bytes;
}

function messageBytes({ key, value, headers = {} }: PlainMessage): number {
  let bytes = RECORD_BYTES + (key.length + value.length) * 3;
  for (const [name, text] of Object.entries(headers)) bytes += RECORD_BYTES + (name.length + text.length) * 3;
  return bytes;
}
