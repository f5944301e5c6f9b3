/** The head of an answer, as node:http writes it. */
import { STATUS_CODES } from 'node:http';
import type { Answered } from './exchange.ts';

/** What may stand in a header's value (RFC 9110, 5.5): a line end would begin another header. */
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** `keepAliveMs`: how long the connection is kept for the next request. Throws where a value would be more than a value. */
export function headOf({ status, headers, closes }: Answered, keepAliveMs: number): string {
  let head = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'unknown'}\r\n`;
  for (let index = 0; index < headers.length; index += 2) {
    const value = headers[index + 1] ?? '';
    if (typeof value === 'string' && !VALUE.test(value)) throw new Error(`the header ${headers[index]} has a character that none may have`);
    head += `${headers[index]}: ${value}\r\n`;
  }
  head += `Date: ${dateNow()}\r\n`;
  return closes ? `${head}Connection: close\r\n\r\n` : `${head}Connection: keep-alive\r\nKeep-Alive: timeout=${Math.floor(keepAliveMs / 1_000)}\r\n\r\n`;
}

let secondOfDate = 0;
let date = '';

function dateNow(): string {
  const second = Math.floor(Date.now() / 1_000);
  if (second !== secondOfDate) {
    secondOfDate = second;
    date = new Date(second * 1_000).toUTCString();
  }
  return date;
}
