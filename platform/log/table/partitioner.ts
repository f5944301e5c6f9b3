/** Which partition a key belongs to. Deterministic for ever: records of one key keep their order only as long as they share a partition. */

export const PARTITIONS_PER_TOPIC = 4;

const encoder = new TextEncoder();

/** FNV-1a over the key's UTF-8 bytes, 32 bits, its halves folded together (its lowest bits alone mix badly), modulo the number of partitions. */
export function partitionOf(key: string, partitions: number = PARTITIONS_PER_TOPIC): number {
  let hash = 0x811c9dc5;
  for (const byte of encoder.encode(key)) hash = Math.imul(hash ^ byte, 0x01000193);
  return ((hash >>> 16) ^ (hash & 0xffff)) % partitions;
}
