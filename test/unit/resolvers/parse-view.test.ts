import { expect, test } from 'vitest';
import { parseView } from '../../../resolvers/parse-view.ts';

test('the same text is parsed once', () => {
  const text = (version: number): string => JSON.stringify({ id: 'lead_1', version });
  expect(parseView(text(1))).toBe(parseView(text(1)));
});

test('another text is another view, whoever it is of', () => {
  parseView('{"id":"lead_1","version":1,"name":"before"}');
  expect(parseView('{"id":"lead_1","version":1,"name":"after"}')).toEqual({ id: 'lead_1', version: 1, name: 'after' });
});

test('a text longer than what is remembered is parsed all the same', () => {
  expect(parseView(JSON.stringify({ text: 'x'.repeat(20_000_000) }))).toHaveProperty('text');
});
