/** Which partition a key belongs to. Deterministic for ever: records of one key keep their order only as long as they share a partition. */

export const PARTITIONS_PER_TOPIC = 4;

const encoder = new TextEncoder();
const ASCII_MAX = 0x7f;
const PRIME = 0x01000193;

/** FNV-1a over the key's UTF-8 bytes, 32 bits, its halves folded together (its lowest bits alone mix badly), modulo the number of partitions. */
export function partitionOf(key: string, partitions: number = PARTITIONS_PER_TOPIC): number {
  const hash = hashOf(key);
  return ((hash >>> 16) ^ (hash & 0xffff)) % partitions;
}

/** Of our own keys each character is a byte: making the bytes takes five times as long as the rest. */
function hashOf(key: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < key.length; at += 1) {
    const code = key.charCodeAt(at);
    if (code > ASCII_MAX) return encoder.encode(key.slice(at)).reduce((before, byte) => Math.imul(before ^ byte, PRIME), hash);
    hash = Math.imul(hash ^ code, PRIME);
  }
  return hash;
}
