/**
 * Many tenants, roles and people ask the same few questions of one gateway that keeps answers and views: nobody is answered what another authority made.
 * More or fewer of them: `MIXED_REQUESTS=100000 npx vitest run --project property test/property/cache/authorities`.
 */
import { expect, test } from 'vitest';
import { makeId, tenantId } from '../../../domain/ids.ts';
import type { DirectAnswer } from '../../../gateway/direct/direct-graphql.ts';
import type { Identity } from '../../../resolvers/context.ts';
import { appOver } from '../../support/app-over.ts';
import { aLead } from '../../support/a-lead.ts';
import { createBrokerage } from '../../support/brokerage.ts';

const REQUESTS = Number(process.env['MIXED_REQUESTS'] ?? 1_000_000);
const TENANTS = Array.from({ length: 50 }, (_, n) => tenantId(`tenant-${n}`));
const ROLES = [['AGENT'], ['MANAGER'], ['ADMIN', 'MANAGER']] as const;
const PEOPLE = 40;
/** The same id in each tenant: only the tenant tells them apart. */
const ADA = makeId('lead', 'ada');
const EDGES = 'edges { node { id email version } }';

/** Each with what its answer has to hold, for whoever asks. */
const QUESTIONS: readonly { readonly query: string; readonly right: (who: Identity, version: number) => unknown }[] = [
  {
    query: `{ lead(id: "${ADA}") { email version } }`,
    right: ({ tenant }, version) => ({ lead: { email: `ada@${tenant}.example.com`, version } }),
  },
  {
    query: `{ leads(first: 2) { ${EDGES} } }`,
    right: ({ tenant }, version) => ({ leads: { edges: [{ node: { id: ADA, email: `ada@${tenant}.example.com`, version } }] } }),
  },
  { query: '{ viewer { id roles } }', right: ({ subject, roles }) => ({ viewer: { id: subject, roles } }) },
  {
    query: `{ viewer { id } lead(id: "${ADA}") { email } }`,
    right: ({ tenant, subject }) => ({ viewer: { id: subject }, lead: { email: `ada@${tenant}.example.com` } }),
  },
  { query: `{ node(id: "${ADA}") { ... on Lead { email } } }`, right: ({ tenant }) => ({ node: { email: `ada@${tenant}.example.com` } }) },
];

test(`of ${REQUESTS} mixed requests none is answered what another authority made`, { timeout: 600_000 }, async () => {
  const brokerage = createBrokerage();
  const { ports, shared } = brokerage;
  const caching = { changes: shared.changes, isTrusted: () => shared.feed.isTrusted(), bytesMax: 2_000_000 };
  const app = appOver(ports, shared, { caching });
  const versions = new Map<string, number>();
  const change = async (tenant: (typeof TENANTS)[number]): Promise<void> => {
    const version = (versions.get(tenant) ?? 2) + 1;
    versions.set(tenant, version);
    await brokerage.put(aLead({ tenant, name: 'ada', email: `ada@${tenant}.example.com`, version }));
    await brokerage.publish({ tenant, id: ADA, version });
  };
  for (const tenant of TENANTS) await change(tenant);
  const people = TENANTS.flatMap((tenant) =>
    Array.from({ length: PEOPLE }, (_, n): Identity => ({ tenant, subject: `person-${n}`, roles: ROLES[n % 3] ?? [], expiresAtMs: Infinity })),
  );

  let wrong = 0;
  // A walk of its own through people and questions: neighbours never ask the same.
  for (let n = 0; n < REQUESTS; n += 1) {
    const who = people[(n * 7919) % people.length];
    const question = QUESTIONS[(n * 31) % QUESTIONS.length];
    if (who === undefined || question === undefined) throw new Error('nobody asks');
    if (n % 97 === 0) await change(who.tenant);
    const answer = app.direct.answer({ requestId: 'r', identity: who, body: JSON.stringify({ query: question.query }), accept: '' });
    const text = textOf(await answer);
    if (text !== JSON.stringify({ data: question.right(who, versions.get(who.tenant) ?? 0) })) wrong += 1;
  }
  expect(wrong).toBe(0);
  expect(app.direct.facts().hits).toBeGreaterThan(REQUESTS / 20);
  expect(shared.near.facts().hits).toBeGreaterThan(REQUESTS / 20);
});

function textOf(answer: DirectAnswer | null): string {
  if (answer === null) return '';
  return 'bytes' in answer ? new TextDecoder().decode(answer.bytes) : answer.text;
}
