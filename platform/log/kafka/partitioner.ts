/** Which partition of a topic a key belongs to: as the Java client and kafkajs say (murmur2), without the big integers that kafkajs uses for it. */
import type { ICustomPartitioner } from 'kafkajs';

const SEED = 0x9747b28c;
const MIX = 0x5bd1e995;

export const createPartitioner: ICustomPartitioner =
  () =>
  ({ partitionMetadata, message: { key } }) =>
    (murmur2(Buffer.from(key ?? '')) & 0x7fffffff) % partitionMetadata.length;

/** A whole number of 32 bits with a sign. */
export function murmur2(bytes: Buffer): number {
  const whole = bytes.length & ~3;
  let hash = SEED ^ bytes.length;
  for (let at = 0; at < whole; at += 4) {
    let part = Math.imul(bytes.readInt32LE(at), MIX);
    part = Math.imul(part ^ (part >>> 24), MIX);
    hash = Math.imul(hash, MIX) ^ part;
  }
  if (bytes.length > whole) hash = Math.imul(hash ^ bytes.readUIntLE(whole, bytes.length - whole), MIX);
  hash = Math.imul(hash ^ (hash >>> 13), MIX);
  return hash ^ (hash >>> 15);
}
