/** Writes numbers and texts as Kafka wants them, one behind the other, into one buffer. */
export class BytesWriter {
  readonly #bytes: Buffer;
  #end = 0;

  /** `bytesMax`: for all that will be written; more throws a RangeError. */
  constructor(bytesMax: number) {
    this.#bytes = Buffer.allocUnsafe(bytesMax);
  }

  get length(): number {
    return this.#end;
  }

  /** What was written from there on. */
  from(start: number): Buffer {
    return this.#bytes.subarray(start, this.#end);
  }

  int8(value: number): void {
    this.#end = this.#bytes.writeInt8(value, this.#end);
  }

  int16(value: number): void {
    this.#end = this.#bytes.writeInt16BE(value, this.#end);
  }

  int32(value: number): void {
    this.#end = this.#bytes.writeInt32BE(value, this.#end);
  }

  /** A whole number that is safe in JavaScript. */
  int64(value: number): void {
    this.int32(Math.floor(value / 0x1_0000_0000));
    this.#end = this.#bytes.writeUInt32BE(value >>> 0, this.#end);
  }

  /** Zigzag, seven bits a byte. `value`: below 2^30. */
  varint(value: number): void {
    let rest = (value << 1) ^ (value >> 31);
    for (; (rest & ~0x7f) !== 0; rest >>>= 7) this.#bytes[this.#end++] = (rest & 0x7f) | 0x80;
    this.#bytes[this.#end++] = rest;
  }

  /** With its length as int16 before it. */
  text16(value: string): void {
    const start = this.#end;
    this.#end += 2;
    this.#text(value);
    this.#bytes.writeInt16BE(this.#end - start - 2, start);
  }

  /** With its length as varint before it. `bytes`: how many the text comes to. */
  textV(value: string, bytes: number): void {
    this.varint(bytes);
    this.#text(value);
  }

  /** Leaves room for an int32 that is known later. */
  later32(): number {
    this.#end += 4;
    return this.#end - 4;
  }

  /** Into the room that was left at `at`. */
  fill32(at: number, value: number): void {
    this.#bytes.writeUInt32BE(value, at);
  }

  #text(value: string): void {
    this.#end += this.#bytes.write(value, this.#end);
  }
}

export function varintBytes(value: number): number {
  let rest = (value << 1) ^ (value >> 31);
  let bytes = 1;
  for (; (rest & ~0x7f) !== 0; rest >>>= 7) bytes += 1;
  return bytes;
}
