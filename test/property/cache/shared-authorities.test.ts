/** Two gateways keep nothing of their own and share answers, through the plugins: nobody is answered what another authority made. */
import { GraphQLList, GraphQLNonNull, GraphQLObjectType, GraphQLSchema, GraphQLString } from 'graphql';
import { expect, test } from 'vitest';
import { tenantId } from '../../../domain/ids.ts';
import type { DirectAnswer } from '../../../gateway/direct/direct-graphql.ts';
import { useResponseCache } from '../../../gateway/plugins/response-cache.ts';
import type { OperationScope } from '../../../gateway/request-context.ts';
import { createResponseCache, type ResponseCache } from '../../../gateway/response-cache/response-cache.ts';
import { createMemorySharedAnswers } from '../../../platform/cache/memory-shared-answers.ts';
import type { Identity } from '../../../resolvers/context.ts';
import { dependsOn, type Authority } from '../../../schema/authority.ts';
import { appOver } from '../../support/app-over.ts';
import { createBrokerage } from '../../support/brokerage.ts';

const REQUESTS = 6_000;
const TENANTS = ['acme', 'rival', 'third'].map((name) => tenantId(name));
const ROLES = [['AGENT'], ['MANAGER'], ['ADMIN', 'MANAGER']] as const;
const PEOPLE = TENANTS.flatMap((tenant) =>
  Array.from({ length: 9 }, (_, n): Identity => ({ tenant, subject: `person-${n}`, roles: ROLES[n % 3] ?? [], expiresAtMs: Infinity })),
);

/** Each takes requests enough to be worth keeping, and a fourth parameter, which compiled queries have none of. */
const field = (authority: Authority, answer: (identity: Identity) => string) => ({
  type: GraphQLString,
  extensions: dependsOn(authority),
  resolve: async (_root: unknown, _args: object, { identity, reads }: OperationScope, _info: unknown) => {
    for (let n = 0; n < 3; n += 1) reads?.far();
    return answer(identity);
  },
});
const rolesText = ({ tenant, roles }: Identity): string => `${tenant} ${[...roles].sort().join()}`;
const personText = (identity: Identity): string => `${rolesText(identity)} ${identity.subject}`;
const schema = new GraphQLSchema({
  query: new GraphQLObjectType({
    name: 'Query',
    fields: {
      ours: field('TENANT', ({ tenant }) => tenant),
      role: field('ROLES', rolesText),
      mine: field('VIEWER', personText),
      // Its mark is wrong: it says less than what it looks at.
      sly: field('TENANT', personText),
      list: { type: new GraphQLList(new GraphQLNonNull(GraphQLString)), extensions: dependsOn('TENANT'), resolve: (_root, _args, _context, _info) => [] },
    },
  }),
});
const QUESTIONS: readonly { readonly query: string; readonly right: (who: Identity) => object }[] = [
  { query: '{ ours }', right: ({ tenant }) => ({ ours: tenant }) },
  { query: '{ ours role }', right: (who) => ({ ours: who.tenant, role: rolesText(who) }) },
  { query: '{ mine ours }', right: (who) => ({ mine: personText(who), ours: who.tenant }) },
  { query: '{ sly }', right: (who) => ({ sly: personText(who) }) },
  { query: '{ ours list __typename }', right: ({ tenant }) => ({ ours: tenant, list: [], __typename: 'Query' }) },
];

test(`of ${REQUESTS} requests to two gateways none is answered what another authority made`, { timeout: 120_000 }, async () => {
  const { ports, shared } = createBrokerage();
  const answers = createMemorySharedAnswers({ readModels: ports.readModels, clock: ports.clock });
  const caches: ResponseCache[] = [];
  const gateways = [0, 1].map(() => {
    const { changes } = shared;
    const { clock, logger } = ports;
    const cache = createResponseCache({ answers, changes, floorOf: () => 0, isViewType: () => false, clock, logger });
    caches.push(cache);
    return appOver(ports, shared, {
      schema,
      createContext: (scope) => scope,
      caching: { changes, isTrusted: () => false },
      responseCache: useResponseCache(cache, schema),
    });
  });
  let wrong = 0;
  for (let n = 0; n < REQUESTS; n += 1) {
    const who = PEOPLE[(n * 31) % PEOPLE.length];
    const question = QUESTIONS[(n * 7) % QUESTIONS.length];
    if (who === undefined || question === undefined) throw new Error('nobody asks');
    const answer = await gateways[n % 2]?.direct.answer({ requestId: 'r', identity: who, body: JSON.stringify({ query: question.query }), accept: '' });
    if (textOf(answer ?? null) !== JSON.stringify({ data: question.right(who) })) wrong += 1;
    if (n % 50 === 0) await Promise.all(caches.map((cache) => cache.idle()));
  }
  expect(wrong).toBe(0);
  expect(caches.every((cache) => cache.facts().hits > REQUESTS / 20)).toBe(true);
});

function textOf(answer: DirectAnswer | null): string {
  if (answer === null) return '';
  return 'bytes' in answer ? new TextDecoder().decode(answer.bytes) : answer.text;
}
