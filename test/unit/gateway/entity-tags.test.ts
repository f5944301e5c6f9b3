import { gunzipSync, brotliDecompressSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { answerOf } from '../../../gateway/byte-cache/byte-cache.ts';
import { entityTagOf, isNamed, quoted } from '../../../gateway/direct/entity-tags.ts';
import { bodyIn } from '../../../gateway/direct/query-string.ts';
import { encodedFor } from '../../../gateway/node/encodings.ts';

describe('an entity tag', () => {
  test('is the same for the same bytes, and another for others', async () => {
    const tag = await entityTagOf(answerOf('{"data":1}', 'application/json'));
    expect(await entityTagOf({ status: 200, headers: {}, text: '{"data":1}', isWhole: true })).toBe(tag);
    expect(await entityTagOf(answerOf('{"data":2}', 'application/json'))).not.toBe(tag);
    expect(quoted(tag ?? '', null)).toMatch(/^"[0-9a-f]{32}"$/);
  });

  test('is none for an answer with an error', () => {
    expect(entityTagOf({ status: 200, headers: {}, text: '{"errors":[]}', isWhole: false })).toBeNull();
  });

  test.each([
    ['"t"', true],
    ['W/"t"', true],
    ['"a", "t"', true],
    ['"a",W/"t-gzip"', true],
    ['"t-br"', true],
    ['*', true],
    ['', false],
    ['t', false],
    ['"a"', false],
    ['"tt"', false],
    ['"t-something"', false],
  ])('is named by %s: %s', (ifNoneMatch, isIt) => {
    expect(isNamed(ifNoneMatch, 't')).toBe(isIt);
  });
});

describe('a query in an address', () => {
  test('asks what the body would ask', () => {
    const address = `/graphql?query=${encodeURIComponent('query A($x: Int) { a(x: $x) }')}&operationName=A&variables=${encodeURIComponent('{"x":1}')}`;
    expect(JSON.parse(bodyIn(address) ?? '')).toEqual({ query: 'query A($x: Int) { a(x: $x) }', operationName: 'A', variables: { x: 1 } });
  });

  test('may be named by the id of its document', () => {
    expect(JSON.parse(bodyIn('/graphql?documentId=sha256:a&variables={"x":1}') ?? '')).toEqual({
      documentId: 'sha256:a',
      operationName: null,
      variables: { x: 1 },
    });
    expect(JSON.parse(bodyIn('/graphql?extensions={"persistedQuery":{}}') ?? '')).toEqual({
      operationName: null,
      variables: null,
      extensions: { persistedQuery: {} },
    });
  });

  test.each(['/graphql', '/graphql?', '/graphql?x=1', '/graphql?query=a&variables={', '/graphql?query=a&query=b', '/graphql?query=a&extensions={'])(
    'is left to Yoga where it is none, or something is strange about it: %s',
    (address) => {
      expect(bodyIn(address)).toBeNull();
    },
  );
});

describe('the form of a kept answer', () => {
  const text = JSON.stringify({ data: 'ä'.repeat(2_000) });
  const kept = answerOf(text, 'application/json');

  test.each([
    ['gzip, deflate, br', 'br'],
    ['gzip', 'gzip'],
    ['br;q=0.5, gzip', 'gzip'],
    ['br;q=0, gzip;q=0', undefined],
    ['*', 'br'],
    ['identity', undefined],
    ['', undefined],
    ['GZIP;Q=1', 'gzip'],
  ])('for %s is %s', (acceptEncoding, encoding) => {
    expect(encodedFor(kept, acceptEncoding)?.encoding).toBe(encoding);
  });

  test('holds the same bytes, and is made once', () => {
    const [gzip, br] = [encodedFor(kept, 'gzip'), encodedFor(kept, 'br')];
    expect(gunzipSync(gzip?.bytes ?? new Uint8Array()).toString()).toBe(text);
    expect(brotliDecompressSync(br?.bytes ?? new Uint8Array()).toString()).toBe(text);
    expect(encodedFor(kept, 'gzip')).toBe(gzip);
    expect(encodedFor(answerOf('{}', 'application/json'), 'gzip')).toBeNull();
  });
});
