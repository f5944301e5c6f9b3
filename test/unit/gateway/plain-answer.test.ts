import { expect, it } from 'vitest';
import { headOf } from '../../../gateway/node/plain-answer.ts';

const answered = (headers: (string | number)[], closes = false) => ({ status: 200, headers, body: 'ok', textAs: 'latin1', closes }) as const;

it('has the status, the headers, the date, and how long the connection is kept', () => {
  const head = headOf(answered(['x-request-id', 'one', 'content-length', 2]), 65_000);
  expect(head).toMatch(
    /^HTTP\/1\.1 200 OK\r\nx-request-id: one\r\ncontent-length: 2\r\nDate: \w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT\r\nConnection: keep-alive\r\nKeep-Alive: timeout=65\r\n\r\n$/,
  );
});
it('says that the connection ends with it', () => {
  expect(headOf(answered([], true), 65_000)).toMatch(/\r\nConnection: close\r\n\r\n$/);
});
it.each(['one\r\nset-cookie: mine', 'one\nset-cookie: mine', 'one\0', 'caf\u0113'])('has no value that is more than a value: %j', (value) => {
  expect(() => headOf(answered(['x-note', value]), 65_000)).toThrow('the header x-note has a character that none may have');
});
