/**
 * Compiled queries against GraphQL's own execution, over generated documents: the same bytes where the answer is whole, and nothing where it would hold
 * an error. More of them: `DOCUMENTS=100000 npx vitest run --project property test/property/compiled`.
 */
import {
  execute,
  GraphQLError,
  GraphQLFloat,
  GraphQLID,
  GraphQLInt,
  GraphQLInterfaceType,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLSchema,
  GraphQLString,
  getOperationAST,
  getVariableValues,
  parse,
  validate,
} from 'graphql';
import { beforeAll, describe, expect, test } from 'vitest';
import { makeId } from '../../../domain/ids.ts';
import type { Agent } from '../../../domain/agent/agent.ts';
import { compileOperation, conditionsIn } from '../../../gateway/compiled/compile.ts';
import { createTextMemory, type TextMemory } from '../../../gateway/compiled/texts.ts';
import { createJitExecution } from '../../../gateway/node/jit-execution.ts';
import type { MaybePromise } from '../../../resolvers/maybe-promise.ts';
import type { RequestContext } from '../../../resolvers/context.ts';
import { silentLogger } from '../../../platform/telemetry/logger.ts';
import { schema } from '../../../schema/schema.ts';
import { aLead } from '../../support/a-lead.ts';
import { ACME, createBrokerage, type Brokerage } from '../../support/brokerage.ts';
import { scoreOf } from '../../support/facts.ts';
import { randomOperation, type RandomDocumentOptions, type RandomOperation } from '../../support/random-document.ts';

const DOCUMENTS = Number(process.env['DOCUMENTS'] ?? 4_000);
/** Making a function of one takes milliseconds. */
const JITS = DOCUMENTS / 4;

/** Mulberry32: small, and the same on every machine. */
function numbersFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** 'left': to GraphQL, although the answer is whole. */
type Outcome = 'invalid' | 'not compiled' | 'failed' | 'left' | 'equal';

async function compare(over: GraphQLSchema, texts: TextMemory, { query, variables }: RandomOperation, contextOf: () => object): Promise<Outcome> {
  const document = parse(query);
  if (validate(over, document).length > 0) return 'invalid';
  const operation = getOperationAST(document);
  if (!operation) throw new Error('no operation');
  const { coerced } = getVariableValues(over, operation.variableDefinitions ?? [], variables);
  if (!coerced) return 'invalid';
  const conditions = new Map([...conditionsIn(document)].map((name) => [name, coerced[name] === true]));
  const compiled = compileOperation({ schema: over, document, operation, conditions, texts });
  if (compiled === null) return 'not compiled';
  const run = async (contextValue: object): Promise<Outcome> => {
    const right = await execute({ schema: over, document, variableValues: variables, contextValue });
    const expected = right.errors === undefined ? JSON.stringify(right.data) : null;
    const text = await textOf(() => compiled.run(contextValue as RequestContext, coerced));
    if (text === null && expected !== null && /\b(iterable|method)\b/.test(query)) return 'left';
    expect(text, `${query}\n${JSON.stringify(variables)}`).toBe(expected);
    return expected === null ? 'failed' : 'equal';
  };
  await run(contextOf());
  // For somebody else, out of what the first one remembered.
  return run(contextOf());
}

/** What graphql-jit answers without an error is what GraphQL answers, whoever made a function of the document. */
async function compareJit(over: GraphQLSchema, { query, variables }: RandomOperation, contextOf: () => object): Promise<Outcome> {
  const document = parse(query);
  if (validate(over, document).length > 0) return 'invalid';
  if (query.includes('@')) return 'not compiled';
  const args = { schema: over, document, variableValues: variables };
  const right = await execute({ ...args, contextValue: contextOf() });
  const jit = createJitExecution({ logger: silentLogger, compiledWhenSeen: 1 });
  expect(await jit.execute({ ...args, contextValue: contextOf() })).toBeNull();
  await jit.compiled();
  const result = await jit.execute({ ...args, contextValue: contextOf() });
  if (result === null) return right.errors === undefined ? 'left' : 'failed';
  expect(JSON.stringify(result), `${query}\n${JSON.stringify(variables)}`).toBe(JSON.stringify(right));
  return 'equal';
}

async function compareManyJits(options: RandomDocumentOptions, contextOf: () => object): Promise<Record<Outcome, number>> {
  const counts = { invalid: 0, 'not compiled': 0, failed: 0, left: 0, equal: 0 };
  for (let seed = 1; seed <= JITS; seed += 1) counts[await compareJit(options.schema, randomOperation(options, numbersFrom(seed)), contextOf)] += 1;
  return counts;
}

async function textOf(run: () => MaybePromise<string>): Promise<string | null> {
  try {
    return await run();
  } catch {
    return null;
  }
}

async function compareMany(options: RandomDocumentOptions, contextOf: () => object): Promise<Record<Outcome, number>> {
  const counts = { invalid: 0, 'not compiled': 0, failed: 0, left: 0, equal: 0 };
  const texts = createTextMemory();
  for (let seed = 1; seed <= DOCUMENTS; seed += 1) {
    counts[await compare(options.schema, texts, randomOperation(options, numbersFrom(seed)), contextOf)] += 1;
  }
  return counts;
}

describe('compiled queries over the schema of the product', () => {
  const brokerage: Brokerage = createBrokerage();
  const agent: Agent = {
    tenant: ACME,
    id: makeId('agent', 'eve'),
    version: 2,
    name: 'Eve "the fox" Noël',
    email: 'eve@example.com',
    role: 'AGENT',
    territory: { zips: ['98103'] },
    capacity: 10,
    available: true,
    timeZone: 'America/Los_Angeles',
    madeUp: false,
    createdAt: '2026-02-20T10:00:00.000Z',
    updatedAt: '2026-02-20T10:00:00.000Z',
  };
  const names = ['ada', 'bob', 'cid', 'dot'];
  beforeAll(async () => {
    brokerage.shared.feed.isTrusted();
    const leads = names.map((name, at) => aLead({ name, email: `${name}@example.com`, ...(at === 1 ? {} : { agentId: agent.id, score: scoreOf(at * 30) }) }));
    await brokerage.put(agent, ...leads);
    // What was put in wrong: GraphQL finds it, so the compiled query has to, too.
    const broken = { ...aLead({ name: 'bad', email: 'bad@example.com' }), stage: 'NOWHERE', version: 'three' };
    await brokerage.ports.readModels.put([{ tenant: ACME, kind: 'lead', id: broken.id, version: 1, doc: JSON.stringify(broken), index: null }]);
  });

  const ids = [...[...names, 'bad', 'nobody'].map((name) => makeId('lead', name)), agent.id].map((id) => `"${id}"`);
  const options: RandomDocumentOptions = {
    schema,
    roots: ['lead', 'leads', 'agents', 'viewer', 'properties', 'property'],
    literals: {
      id: ids,
      ids: ids.map((id) => `[${id}]`),
      first: ['1', '2', '20', '0', 'null'],
      after: ['null', '"nonsense"'],
      agentId: [`"${agent.id}"`],
      Boolean: ['true', 'false', 'null'],
      String: ['"ada"', 'null'],
      Float: ['0', '50.5', '1e2'],
      DateTime: ['"2026-03-01T00:00:00Z"'],
      Decimal: ['"1000.00"'],
      atLeast: ['null', '"nonsense"'],
    },
  };
  test('are the same bytes, or leave it to GraphQL', async () => {
    const counts = await compareMany(options, () => brokerage.context());
    console.info(counts);
    expect(counts.equal).toBeGreaterThan(DOCUMENTS * 0.3);
    expect(counts.failed).toBeGreaterThan(DOCUMENTS * 0.02);
  });

  test('are the same bytes by graphql-jit, abstract types included, or are left to GraphQL', async () => {
    const counts = await compareManyJits({ ...options, roots: [...options.roots, 'node', 'nodes'] }, () => brokerage.context());
    console.info(counts);
    expect(counts.equal).toBeGreaterThan(JITS * 0.1);
    expect(counts.failed).toBeGreaterThan(JITS * 0.02);
    expect(counts.left).toBeLessThan(JITS * 0.01);
  });
});

describe('compiled queries over a schema of everything that can go wrong', () => {
  const later = <T>(value: T): Promise<T> => new Promise((resolve) => void setImmediate(resolve, value));
  const Named = new GraphQLInterfaceType({ name: 'Named', fields: { name: { type: GraphQLString } }, resolveType: () => 'Thing' });
  const Thing: GraphQLObjectType = new GraphQLObjectType({
    name: 'Thing',
    interfaces: [Named],
    // As if it were a view: its source is the same object each time.
    extensions: { isView: true },
    fields: () => ({
      name: { type: GraphQLString, resolve: () => 'quoted "name" \\ \u2028 \ud800' },
      number: { type: GraphQLInt, resolve: () => 2 ** 31 },
      float: { type: GraphQLFloat, resolve: () => -0 },
      infinite: { type: GraphQLFloat, resolve: () => Infinity },
      id: { type: new GraphQLNonNull(GraphQLID), resolve: () => 7 },
      nothing: { type: GraphQLString, resolve: () => undefined },
      promised: { type: GraphQLString, resolve: () => later('later') },
      promisedNothing: { type: new GraphQLNonNull(GraphQLString), resolve: () => later(null) },
      thrown: { type: GraphQLString, resolve: () => Promise.reject(new GraphQLError('thrown later')) },
      thrownAtOnce: {
        type: GraphQLString,
        resolve() {
          throw new GraphQLError('thrown at once');
        },
      },
      error: { type: GraphQLString, resolve: () => new Error('an error as a value') },
      errorThing: { type: Thing, resolve: () => new Error('an error as an object') },
      names: { type: new GraphQLList(new GraphQLNonNull(GraphQLString)), resolve: () => ['a', later('b')] },
      namesWithNull: { type: new GraphQLList(GraphQLString), resolve: () => ['a', null, later(undefined)] },
      namesWithHole: { type: new GraphQLList(new GraphQLNonNull(GraphQLString)), resolve: () => ['a', null] },
      noList: { type: new GraphQLList(GraphQLString), resolve: () => 'text' },
      iterable: { type: new GraphQLList(GraphQLInt), resolve: () => new Set([1, 2]) },
      matrix: { type: new GraphQLList(new GraphQLList(GraphQLInt)), resolve: () => [[1], [], null] },
      method: { type: GraphQLString },
      echo: { type: GraphQLString, args: { text: { type: GraphQLString, defaultValue: 'as ever' } }, resolve: (_thing, { text }) => text as string },
      who: { type: GraphQLString, resolve: (_thing, _args, context: { who: string }) => context.who },
      inner: { type: Thing, resolve: (thing: object) => thing },
      innerLater: { type: new GraphQLNonNull(Thing), resolve: (_thing, _args, _context) => later(one) },
      things: { type: new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(Thing))), resolve: () => [one, later(another)] },
      named: { type: Named, resolve: () => one },
      looksAtInfo: { type: GraphQLString, resolve: (_thing, _args, _context, info) => info.fieldName },
    }),
  });
  const one = { method: () => 'called' };
  const another = { method: 'a property' };
  const query = new GraphQLObjectType({
    name: 'Query',
    fields: { thing: { type: Thing, resolve: () => one }, later: { type: Thing, resolve: () => later(another) } },
  });

  const options = { schema: new GraphQLSchema({ query, types: [Thing] }), roots: ['thing', 'later'], literals: { String: ['"a"', 'null', '"\\"\\\\"'] } };
  test('are the same bytes by graphql-jit, or are left to GraphQL', async () => {
    const counts = await compareManyJits(options, () => ({ who: 'an asker' }));
    console.info(counts);
    expect(counts.equal).toBeGreaterThan(JITS * 0.05);
    expect(counts.failed).toBeGreaterThan(JITS * 0.1);
  });

  test('are the same bytes, or leave it to GraphQL', async () => {
    let asked = 0;
    const counts = await compareMany(options, () => ({ who: `asker ${(asked += 1)}` }));
    console.info(counts);
    expect(counts.equal).toBeGreaterThan(DOCUMENTS * 0.1);
    expect(counts.failed).toBeGreaterThan(DOCUMENTS * 0.1);
    expect(counts['not compiled']).toBeGreaterThan(0);
  });
});
