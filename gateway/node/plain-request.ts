/**
 * Reads the requests that nearly all clients send: one head of a few plain lines, a body of known length. It is strict where HTTP leaves a choice, so that
 * there is one way to read what is taken here, whoever stands in front: whatever is unusual (RFC 9112: chunks, upgrades, folded, repeated or foreign
 * characters, other methods and paths) is left to node:http, byte for byte.
 */
import { BODY_BYTES_MAX } from '../direct/http.ts';
import { PATH } from './asking.ts';

export interface PlainRequest {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  /** By name in small letters. */
  readonly headers: ReadonlyMap<string, string>;
  /** Where the body begins and ends, counted from the request's first byte. */
  readonly bodyAt: number;
  readonly end: number;
}

const HEAD_BYTES_MAX = 8_192;
const LINE_END = '\r\n';
const HEAD_END = `${LINE_END}${LINE_END}`;
/** RFC 3986's characters. */
const FIRST_LINE = new RegExp(`(POST|GET) (${PATH}(?:\\?[\\w.~:/?@!$&'()*+,;=%-]*)?) HTTP/1\\.1\\r\\n`, 'y');
const FIELD = /([\w-]+): ?((?:[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?)?)\r\n/y;
/** What may become one of both. */
const BEGINNINGS = [`POST ${PATH}`, `GET ${PATH}?`];
const REST_BEGUN = /^[\x20-\x7e]*\r?$/;
const FIELD_BEGUN = /^(?:[\w-]*|[\w-]+:[\x20-\x7e]*)\r?$/;
const LENGTH = /^\d{1,6}$/;
/** What makes a message end elsewhere, or a connection something else. */
const UNUSUAL: ReadonlySet<string> = new Set(['transfer-encoding', 'expect', 'upgrade', 'trailer', 'te', 'proxy-connection', 'http2-settings']);

/** The first request in there. */
export function readPlainRequest(bytes: Buffer): PlainRequest | 'incomplete' | 'unusual' {
  const headEnd = bytes.indexOf(HEAD_END, 0, 'latin1');
  if (headEnd > HEAD_BYTES_MAX || (headEnd === -1 && bytes.length > HEAD_BYTES_MAX)) return 'unusual';
  if (headEnd === -1) return mayBecomePlain(bytes.toString('latin1')) ? 'incomplete' : 'unusual';
  const head = bytes.toString('latin1', 0, headEnd + LINE_END.length);
  FIRST_LINE.lastIndex = 0;
  const [, method, url] = FIRST_LINE.exec(head) ?? [];
  if (url === undefined || (method !== 'GET' && method !== 'POST')) return 'unusual';
  const headers = fieldsIn(head, FIRST_LINE.lastIndex);
  const length = headers === null ? null : bodyLength(method, headers);
  if (headers === null || length === null || !headers.has('host')) return 'unusual';
  const bodyAt = headEnd + HEAD_END.length;
  const end = bodyAt + length;
  return end > bytes.length ? 'incomplete' : { method, url, headers, bodyAt, end };
}

/** A head that is not whole is looked at as well: node:http tells at once what is wrong with it. */
function mayBecomePlain(text: string): boolean {
  const begunAt = text.lastIndexOf(LINE_END) + LINE_END.length;
  if (begunAt < LINE_END.length) return BEGINNINGS.some((begin) => begin.startsWith(text) || (text.startsWith(begin) && REST_BEGUN.test(text)));
  FIRST_LINE.lastIndex = 0;
  return FIRST_LINE.test(text) && fieldsIn(text.slice(0, begunAt), FIRST_LINE.lastIndex) !== null && FIELD_BEGUN.test(text.slice(begunAt));
}

/** Null where one of them is not plain. */
function fieldsIn(lines: string, start: number): ReadonlyMap<string, string> | null {
  const headers = new Map<string, string>();
  FIELD.lastIndex = start;
  for (let at = start; at < lines.length; at = FIELD.lastIndex) {
    const [, name, value] = FIELD.exec(lines) ?? [];
    if (name === undefined || value === undefined) return null;
    const known = name.toLowerCase();
    if (headers.has(known) || isUnusual(known, value)) return null;
    headers.set(known, value);
  }
  return headers;
}

function isUnusual(name: string, value: string): boolean {
  if (name === 'content-length') return !LENGTH.test(value);
  if (name === 'connection') return value.toLowerCase() !== 'keep-alive';
  return UNUSUAL.has(name);
}

/** Null where it is not said, or more than belongs here. */
function bodyLength(method: 'GET' | 'POST', headers: ReadonlyMap<string, string>): number | null {
  const said = headers.get('content-length');
  if (method === 'GET') return said === undefined ? 0 : null;
  const length = Number(said ?? Number.NaN);
  return length <= BODY_BYTES_MAX ? length : null;
}
