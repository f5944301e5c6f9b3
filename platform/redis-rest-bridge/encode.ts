/**
 * Redis replies as the protocol's JSON, or as RESP2. In a reply strings are Buffers and integers are strings of digits
 * (ioredis with `stringNumbers`), so that 64-bit integers and binary values come through exactly.
 */
export type ReplyFormat = 'text' | 'base64' | 'resp2';
/** What one command came to; `error` is Redis' own text. */
export type Outcome = { readonly result: unknown } | { readonly error: string };

const OK = Buffer.from('OK');
const NULL = 'null';

function encodeValue(value: unknown, base64: boolean): string {
  if (value === null || value === undefined) return NULL;
  if (Buffer.isBuffer(value)) {
    // The protocol leaves exactly "OK" as it is; clients count on it.
    if (base64 && !value.equals(OK)) return `"${value.toString('base64')}"`;
    return JSON.stringify(value.toString('utf8'));
  }
  if (Array.isArray(value)) return `[${value.map((item) => encodeValue(item, base64)).join(',')}]`;
  if (value instanceof Error) return JSON.stringify(value.message);
  return typeof value === 'string' || typeof value === 'number' ? String(value) : NULL;
}

export function encodeOutcome(outcome: Outcome, base64: boolean): string {
  return 'error' in outcome ? `{"error":${JSON.stringify(outcome.error)}}` : `{"result":${encodeValue(outcome.result, base64)}}`;
}

const oneLine = (text: string): string => text.replace(/[\r\n]+/g, ' ');

function respParts(value: unknown, into: (string | Buffer)[]): void {
  if (value === null || value === undefined) into.push('$-1\r\n');
  else if (Buffer.isBuffer(value)) {
    if (value.equals(OK)) into.push('+OK\r\n');
    else into.push(`$${value.length}\r\n`, value, '\r\n');
  } else if (Array.isArray(value)) {
    into.push(`*${value.length}\r\n`);
    for (const item of value) respParts(item, into);
  } else if (value instanceof Error) into.push(`-${oneLine(value.message)}\r\n`);
  else into.push(`:${encodeValue(value, false)}\r\n`);
}

/** RESP2 bytes; simple strings other than OK come as bulk strings (what they were is not known any more). */
export function encodeResp2(outcomes: readonly Outcome[]): Buffer {
  const parts: (string | Buffer)[] = [];
  for (const outcome of outcomes) respParts('error' in outcome ? new Error(outcome.error) : outcome.result, parts);
  return Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)));
}
