import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { whoAsks } from '../../../gateway/node/asking.ts';
import { readPlainRequest } from '../../../gateway/node/plain-request.ts';

const PEOPLE = 2_000;
const COOKIE = 'x'.repeat(6_000);

function askedBy(person: number): { header(name: string): string | null } {
  const token = `${person}.${'y'.repeat(300)}`;
  const request = readPlainRequest(Buffer.from(`GET /graphql?query=1 HTTP/1.1\r\nhost: h\r\ncookie: ${COOKIE}\r\nauthorization: Bearer ${token}\r\n\r\n`));
  if (typeof request === 'string') throw new Error(request);
  return { header: (name) => request.headers.get(name) ?? null };
}

it('keeps of a request no more than its token, where that is remembered', () => {
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void;
  const remembered: string[] = [];
  const verifier = { verify: (token: string) => Promise.reject(new Error(String(remembered.push(token)))) };
  collectGarbage();
  const before = process.memoryUsage().heapUsed;
  for (let person = 0; person < PEOPLE; person += 1) whoAsks(verifier, askedBy(person), () => undefined);
  collectGarbage();
  expect(remembered).toHaveLength(PEOPLE);
  expect((process.memoryUsage().heapUsed - before) / PEOPLE).toBeLessThan(2_000);
});
