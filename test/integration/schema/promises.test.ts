import { readFile, readdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type * as graphql from 'graphql';
import { expect, test } from 'vitest';
import { schema } from '../../../schema/schema.ts';

const { buildSchema, lexicographicSortSchema, parse, printSchema, validate } = createRequire(import.meta.url)('graphql') as typeof graphql;
const folder = new URL('../../../schema/', import.meta.url);

test('the SDL that is committed is that of the schema', async () => {
  const committed = await readFile(new URL('schema.graphql', folder), 'utf8');
  expect(committed).toBe(`${printSchema(lexicographicSortSchema(schema))}\n`);
  expect(() => buildSchema(committed)).not.toThrow();
});

test('every document of the clients fits the schema', async () => {
  const names = (await readdir(new URL('operations/', folder))).filter((name) => name.endsWith('.graphql'));
  const texts = await Promise.all(names.map((name) => readFile(new URL(`operations/${name}`, folder), 'utf8')));
  expect(texts.length).toBeGreaterThan(0);
  expect(validate(schema, parse(texts.join('\n')))).toEqual([]);
});

test('there is one graphql in the process', () => {
  const require = createRequire(import.meta.url);
  const fromPothos = createRequire(require.resolve('@pothos/core'));
  const fromYoga = createRequire(require.resolve('graphql-yoga'));
  expect(new Set([require, fromPothos, fromYoga].map((each) => each.resolve('graphql'))).size).toBe(1);
});
