import { parse, type OperationDefinitionNode } from 'graphql';
import { expect, test } from 'vitest';
import { compileOperation } from '../../../gateway/compiled/compile.ts';
import { createTextMemory } from '../../../gateway/compiled/texts.ts';
import type { RequestContext } from '../../../resolvers/context.ts';
import { schema } from '../../../schema/schema.ts';
import { aLead } from '../../support/a-lead.ts';

test('texts of views are remembered by selection, and those that nobody used are forgotten as new ones come', () => {
  const memory = createTextMemory(10_000);
  const [one, other] = [memory.shelf(), memory.shelf()];
  const [used, unused] = [{}, {}];
  const keepTwice = (...about: Parameters<typeof one.keep>): void => (one.keep(...about), one.keep(...about));
  keepTwice(used, ['used']);
  keepTwice(unused, ['unused']);
  expect(other.find(used)).toBeUndefined();
  // Three times what there is room for.
  for (let n = 0; n < 100; n += 1) {
    const view = {};
    other.keep(view, ['x'.repeat(150)]);
    other.keep(view, ['x'.repeat(150)]);
    expect(one.find(used)).toEqual(['used']);
  }
  expect(one.find(unused)).toBeUndefined();
});

test('what is written for the first time is not remembered, however much else is, nor what comes again only after much else of the same view', () => {
  const memory = createTextMemory();
  const [one, other] = [memory.shelf(), memory.shelf()];
  const view = {};
  one.keep(view, ['text']);
  other.keep(view, ['another']);
  expect([one.find(view), other.find(view)]).toEqual([undefined, undefined]);
  for (let n = 0; n < 20; n += 1) memory.shelf().keep(view, ['x']);
  one.keep(view, ['text']);
  expect(one.find(view)).toBeUndefined();
  one.keep(view, ['text']);
  expect(one.find(view)).toEqual(['text']);
});

test('what one document made of a view another finds that selects the same of it, however it is called, and nobody who selects anything else', () => {
  const texts = createTextMemory();
  const lead = Object.freeze(aLead());
  let looks = 0;
  const watched = new Proxy(lead, {
    get(target, name) {
      looks += Number(name === 'email');
      return Reflect.get(target, name) as unknown;
    },
  });
  const context = { loaders: { lead: () => watched } } as unknown as RequestContext;
  const ask = (query: string): unknown => {
    const document = parse(query);
    const operation = document.definitions[0] as OperationDefinitionNode;
    return compileOperation({ schema, document, operation, conditions: new Map(), texts })?.run(context, {});
  };
  const answers = ['query A { lead(id: "1") { id email } }', 'query B { lead(id: "2") { ...F } } fragment F on Lead { id email }'].map(ask);
  expect(answers[1]).toBe(answers[0]);
  const before = looks;
  expect(ask('{ lead(id: "3") { id ... { email } } }')).toBe(answers[0]);
  expect(looks).toBe(before);
  expect(ask('{ lead(id: "3") { id address: email } }')).not.toBe(answers[0]);
  expect(ask('{ lead(id: "3") { email id } }')).not.toBe(answers[0]);
  const matches = (first: number): string => `{ lead(id: "1") { id matches(first: ${first}) { edges { node { id: __typename } } } } }`;
  expect(ask(matches(1))).toBe(ask(matches(1)));
  expect(looks).toBeGreaterThan(before);
});
