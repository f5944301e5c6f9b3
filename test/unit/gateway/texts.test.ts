import { parse, type OperationDefinitionNode } from 'graphql';
import { expect, test } from 'vitest';
import { compileOperation } from '../../../gateway/compiled/compile.ts';
import { createTextMemory } from '../../../gateway/compiled/texts.ts';
import type { RequestContext } from '../../../resolvers/context.ts';
import { schema } from '../../../schema/schema.ts';
import { aLead } from '../../support/a-lead.ts';
import { matchOf } from '../../support/facts.ts';

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

test('values of views are remembered from the second writing on, for whoever writes them, until nobody does any more', () => {
  const memory = createTextMemory(10_000);
  const [one, other] = [memory.shelf(), memory.shelf()];
  const [view, value, unused] = [{}, {}, {}];
  expect(one.values(view)).toBeUndefined();
  one.keep(view, ['{"name":"Ada"}']);
  one.values(view)?.keepValue(value, '"Ada"');
  one.values(view)?.keepValue(unused, '"New"');
  const found = (of: object): string | undefined => other.values(view)?.value(of);
  expect([found(value), found(unused), found({})]).toEqual(['"Ada"', '"New"', undefined]);
  for (let n = 0; n < 100; n += 1) {
    one.values(view)?.keepValue({}, 'x'.repeat(150));
    expect(found(value)).toBe('"Ada"');
  }
  expect(found(unused)).toBeUndefined();
});

test('long values are not remembered by themselves', () => {
  const shelf = createTextMemory().shelf();
  const [view, value] = [{}, {}];
  shelf.keep(view, ['text']);
  shelf.values(view)?.keepValue(value, 'x'.repeat(501));
  expect(shelf.values(view)?.value(value)).toBeUndefined();
  shelf.values(view)?.keepValue(value, 'x'.repeat(500));
  expect(shelf.values(view)?.value(value)).toHaveLength(500);
});

/** Asks for one lead, and counts how often its email is looked at. */
function watchedLead(): { readonly ask: (query: string) => unknown; readonly looks: () => number } {
  const texts = createTextMemory();
  let looks = 0;
  const watched = new Proxy(Object.freeze(aLead({ matches: [matchOf(1, 80), matchOf(2, 70)] })), {
    get(target, name) {
      looks += Number(name === 'email');
      return Reflect.get(target, name) as unknown;
    },
  });
  const context = { loaders: { lead: () => watched } } as unknown as RequestContext;
  return {
    looks: () => looks,
    ask(query) {
      const document = parse(query);
      const operation = document.definitions[0] as OperationDefinitionNode;
      return compileOperation({ schema, document, operation, conditions: new Map(), texts })?.run(context, {});
    },
  };
}

test('what one document made of a view another finds that selects the same of it, however it is called, and nobody who selects anything else', () => {
  const { ask, looks } = watchedLead();
  const answers = ['query A { lead(id: "1") { id email } }', 'query B { lead(id: "2") { ...F } } fragment F on Lead { id email }'].map(ask);
  expect(answers[1]).toBe(answers[0]);
  const before = looks();
  expect(ask('{ lead(id: "3") { id ... { email } } }')).toBe(answers[0]);
  expect(looks()).toBe(before);
  expect(ask('{ lead(id: "3") { id address: email } }')).not.toBe(answers[0]);
  expect(ask('{ lead(id: "3") { email id } }')).not.toBe(answers[0]);
});

test('a value that is known is put under whatever name, and into whatever selection, without a look at it; with other arguments it is another one', () => {
  const { ask, looks } = watchedLead();
  const [first] = ['{ lead(id: "1") { id email } }', '{ lead(id: "1") { email id } }'].map(ask);
  const before = looks();
  expect(ask('{ lead(id: "1") { address: email stage } }')).toBe(ask('{ lead(id: "1") { address: email stage } }'));
  expect(ask('{ lead(id: "1") { id, mail: email } }')).toBe(String(first).replace('email', 'mail'));
  expect(looks()).toBe(before);
  const matches = (first: number): unknown => ask(`{ lead(id: "1") { matches(first: ${first}) { edges { node { score } } } } }`);
  expect([matches(1), matches(2)]).toEqual(
    [[80], [80, 70]].map((scores) => JSON.stringify({ lead: { matches: { edges: scores.map((score) => ({ node: { score } })) } } })),
  );
});
