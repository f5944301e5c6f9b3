/** What is read without node:http: nothing that HTTP lets anybody read in another way. */
import { describe, expect, it } from 'vitest';
import { readPlainRequest } from '../../../gateway/node/plain-request.ts';

const BODY = '{"query":"{ me { name } }"}';
const HOST = 'host: gateway.example';
const lengthOf = (body: string): string => `content-length: ${Buffer.byteLength(body)}`;
const written = (lines: readonly string[], body = ''): Buffer => Buffer.from(`${lines.join('\r\n')}\r\n\r\n${body}`, 'latin1');
const posted = (...fields: readonly string[]): Buffer => written(['POST /graphql HTTP/1.1', HOST, ...fields, lengthOf(BODY)], BODY);

describe('a plain request', () => {
  it('is read with its method, address, headers in small letters, and where its body lies', () => {
    const bytes = posted('Content-Type: application/json', 'X-Empty:', 'Accept:application/json', 'Connection: Keep-Alive');
    const request = readPlainRequest(bytes);
    if (typeof request === 'string') throw new Error(request);
    const { headers, ...rest } = request;
    expect(rest).toEqual({ method: 'POST', url: '/graphql', bodyAt: bytes.length - BODY.length, end: bytes.length });
    expect(Object.fromEntries(headers)).toEqual({
      host: 'gateway.example',
      'content-type': 'application/json',
      'x-empty': '',
      accept: 'application/json',
      connection: 'Keep-Alive',
      'content-length': String(BODY.length),
    });
  });
  it('may be a query in an address, without a body', () => {
    const bytes = written(['GET /graphql?query=%7Bme%7D&variables=%7B%7D HTTP/1.1', HOST]);
    expect(readPlainRequest(bytes)).toMatchObject({ method: 'GET', url: '/graphql?query=%7Bme%7D&variables=%7B%7D', bodyAt: bytes.length, end: bytes.length });
  });
  it('ends where its length says, whatever comes behind it', () => {
    const first = posted();
    expect(readPlainRequest(Buffer.concat([first, posted()]))).toMatchObject({ end: first.length });
  });
  it('is incomplete up to its last byte', () => {
    const bytes = posted();
    for (let length = 0; length < bytes.length; length += 1) expect(readPlainRequest(bytes.subarray(0, length))).toBe('incomplete');
  });
  it('may be as long as what the direct way takes, and no longer', () => {
    const withBody = (length: number): Buffer => written(['POST /graphql HTTP/1.1', HOST, `content-length: ${length}`], 'x'.repeat(length));
    expect(readPlainRequest(withBody(65_536))).toMatchObject({ method: 'POST' });
    expect(readPlainRequest(withBody(65_537))).toBe('unusual');
  });
});

describe('left to node:http', () => {
  it.each([
    ['another method', written(['PUT /graphql HTTP/1.1', HOST, lengthOf(BODY)], BODY)],
    ['small letters in the method', written(['post /graphql HTTP/1.1', HOST, lengthOf(BODY)], BODY)],
    ['another path', written(['POST /graphqls HTTP/1.1', HOST, lengthOf(BODY)], BODY)],
    ['another host in the address', written(['POST http://gateway.example/graphql HTTP/1.1', HOST, lengthOf(BODY)], BODY)],
    ['a fragment in the address', written(['GET /graphql?query=1#2 HTTP/1.1', HOST])],
    ['a character in the address that none may have', written(['GET /graphql?query={me} HTTP/1.1', HOST])],
    ['an older version', written(['POST /graphql HTTP/1.0', HOST, lengthOf(BODY)], BODY)],
    ['two spaces in the first line', written(['POST  /graphql HTTP/1.1', HOST, lengthOf(BODY)], BODY)],
    ['an empty line in front', written(['', 'POST /graphql HTTP/1.1', HOST, lengthOf(BODY)], BODY)],
    ['no host', written(['POST /graphql HTTP/1.1', lengthOf(BODY)], BODY)],
    ['two hosts', posted('Host: other.example')],
    ['chunks', posted('Transfer-Encoding: chunked')],
    ['an empty transfer encoding', posted('transfer-encoding:')],
    ['an expectation', posted('expect: 100-continue')],
    ['an upgrade', posted('upgrade: websocket')],
    ['a trailer', posted('trailer: x-sum')],
    ['a wish to close', posted('connection: close')],
    ['several wishes for the connection', posted('connection: keep-alive, x-hop')],
    ['the same header twice', posted('accept: application/json', 'Accept: */*')],
    ['a length twice', posted(lengthOf(BODY))],
    ['no length', written(['POST /graphql HTTP/1.1', HOST], BODY)],
    ['a length with a sign', written(['POST /graphql HTTP/1.1', HOST, 'content-length: +5'], '12345')],
    ['a length with a point', written(['POST /graphql HTTP/1.1', HOST, 'content-length: 5.0'], '12345')],
    ['a length in hexadecimal digits', written(['POST /graphql HTTP/1.1', HOST, 'content-length: 0x5'], '12345')],
    ['a list of lengths', written(['POST /graphql HTTP/1.1', HOST, 'content-length: 5, 5'], '12345')],
    ['a body with a query in the address', written(['GET /graphql?query=1 HTTP/1.1', HOST, 'content-length: 5'], '12345')],
    ['a folded line', posted('x-note: one', ' two')],
    ['a space before the colon', posted('accept : application/json')],
    ['a header without a colon', posted('accept')],
    ['a header without a name', posted(': application/json')],
    ['a space at the end of a value', posted('accept: application/json ')],
    ['two spaces in front of a value', posted('accept:  application/json')],
    ['a tab in a value', posted('accept: application/json;\tq=1')],
    ['a byte of zero in a value', posted('accept: application/\0json')],
    ['letters that are no ASCII in a value', posted('x-name: caf\xe9')],
    ['a line end of one character within a value', posted('x-note: one\ntransfer-encoding: chunked')],
    ['a carriage return alone within a value', posted('x-note: one\rtransfer-encoding: chunked')],
    ['a character in a name that few have', posted('x!note: one')],
    ['lines that end with one character', Buffer.from(`POST /graphql HTTP/1.1\n${HOST}\ncontent-length: 0\n\n\r\n\r\n`)],
    ['headers of more than 8 KB', posted(`x-note: ${'x'.repeat(8_192)}`)],
    ['a head that has no end', Buffer.from(`POST /graphql HTTP/1.1\r\nx-note: ${'x'.repeat(8_192)}`)],
    ['the greeting of TLS', Buffer.concat([Buffer.from([0x16, 3, 1]), Buffer.alloc(200), Buffer.from('\r\n\r\n')])],
  ])('%s', (_what, bytes) => {
    expect(readPlainRequest(bytes)).toBe('unusual');
  });
});
