/** What compiled queries leave to GraphQL, executed by a function that graphql-jit made: nobody can tell but by the time it takes. */
import { getOperationAST, parse } from 'graphql';
import { beforeEach, describe, expect, it } from 'vitest';
import { makeId } from '../../../domain/ids.ts';
import type { App } from '../../../gateway/app.ts';
import { createJitExecution, useJitExecution, type JitExecution } from '../../../gateway/node/jit-execution.ts';
import { silentLogger, type Logger } from '../../../platform/telemetry/logger.ts';
import type { Identity } from '../../../resolvers/context.ts';
import { schema } from '../../../schema/schema.ts';
import { aLead } from '../../support/a-lead.ts';
import { appOver } from '../../support/app-over.ts';
import { ACME, createBrokerage, type Brokerage } from '../../support/brokerage.ts';
import { scoreLead } from '../../support/watching.ts';

const ANN: Identity = { tenant: ACME, subject: 'ann', roles: ['AGENT'], expiresAtMs: Date.parse('2100-01-01') };
const ADA = makeId('lead', 'ada');
const NODE = 'query ($id: ID!) { node(id: $id) { __typename id ... on Lead { version name agent { name } } } }';
const TIMES = 4;
/** Whatever can be compiled is. */
const failing: Logger = {
  ...silentLogger,
  warn(fields) {
    throw new Error(`not compiled: ${JSON.stringify(fields)}`);
  },
};

describe('a document that is left to GraphQL and comes again and again', () => {
  let brokerage: Brokerage;
  let asBefore: App;
  let app: App;
  let jit: JitExecution;
  beforeEach(async () => {
    brokerage = createBrokerage();
    await brokerage.put(aLead({ name: 'ada' }));
    const { ports, shared } = brokerage;
    const options = { verifier: { verify: async () => ANN }, caching: undefined };
    asBefore = appOver(ports, shared, options);
    jit = createJitExecution({ logger: failing, compiledWhenSeen: 2 });
    app = appOver(ports, shared, { ...options, execution: useJitExecution(jit) });
  });
  const ask = async (of: App, query: string, variables: object = {}): Promise<unknown> => {
    const headers = { 'content-type': 'application/json', authorization: 'Bearer token', 'x-request-id': 'r1' };
    const response = await of.fetch(new Request('http://gateway/graphql', { method: 'POST', headers, body: JSON.stringify({ query, variables }) }), {});
    return { status: response.status, body: await response.text() };
  };

  it.each([
    ['abstract types', NODE, { id: ADA }],
    ['introspection', '{ __type(name: "Lead") { name fields { name type { name kind ofType { name } } } } }', {}],
    [
      'directives that depend on a variable',
      'query ($id: ID!, $no: Boolean = false) { node(id: $id) { id ... on Lead { name @include(if: $no) } } }',
      { id: ADA },
    ],
    ['what does not exist', NODE, { id: makeId('lead', 'nobody') }],
    ['an error of a resolver', '{ leads(first: 1, after: "nonsense") { edges { cursor } } __schema { __typename } }', {}],
    ['variables that do not fit', NODE, { id: { not: 'text' } }],
    ['a variable that is missing', NODE, {}],
  ])('is answered as it was the first time: %s', async (_what, query, variables) => {
    const expected = await ask(asBefore, query, variables);
    for (let time = 0; time < TIMES; time += 1) {
      expect(await ask(app, query, variables)).toEqual(expected);
      await jit.compiled();
    }
  });

  it('shows what has changed since', async () => {
    for (let version = 4; version < 4 + TIMES; version += 1) {
      await scoreLead({ brokerage }, 'ada', version);
      expect(await ask(app, NODE, { id: ADA })).toMatchObject({ body: expect.stringContaining(`"version":${version}`) as string });
      await jit.compiled();
    }
  });
});

describe('execution by graphql-jit', () => {
  const second = async (query: string) => {
    const document = parse(query);
    const args = { schema, document, operationName: getOperationAST(document)?.name?.value, contextValue: createBrokerage().context() };
    const jit = createJitExecution({ logger: failing, compiledWhenSeen: 1 });
    // Nobody waits while it is compiled.
    expect(await jit.execute(args)).toBeNull();
    await jit.compiled();
    return jit.execute(args);
  };

  it('takes whole queries', async () => {
    expect(await second('query A { __typename }')).toEqual({ data: { __typename: 'Query' } });
  });

  it.each([
    ['mutations', 'mutation { addNote(input: { leadId: "lead_ada", text: "a" }) { status } }'],
    ['subscriptions', 'subscription { activity { id } }'],
    ['directives', '{ __typename @skip(if: false) }'],
    ['answers with an error', '{ leads(first: 1, after: "nonsense") { edges { cursor } } }'],
    ['variables that do not fit', 'query ($id: ID!) { node(id: $id) { id } }'],
  ])('leaves to GraphQL what it does not do as GraphQL does: %s', async (_what, query) => {
    expect(await second(query)).toBeNull();
  });
});
