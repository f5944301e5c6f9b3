import { describe, expect, test } from 'vitest';
import { makeId } from '../../../domain/ids.ts';
import { createRequestContext } from '../../../resolvers/request-context.ts';
import { aHome } from '../../support/a-home.ts';
import { aLead } from '../../support/a-lead.ts';
import { ACME, RIVAL, createBrokerage, type Brokerage } from '../../support/brokerage.ts';
import { fieldOf, run } from '../../support/execute.ts';
import { matchOf, scoreOf } from '../../support/facts.ts';

const AT = '2026-03-01T00:00:00.000Z';
const anAgent = (name: string) => ({
  tenant: ACME,
  id: makeId('agent', name),
  version: 1,
  createdAt: AT,
  updatedAt: AT,
  name,
  email: `${name}@example.com`,
  role: 'AGENT' as const,
  territory: { zips: [] },
  capacity: 10,
  available: true,
  timeZone: 'America/Los_Angeles',
  madeUp: false,
});

/** Twenty leads with four agents and ten homes between them. */
async function aFullBrokerage(): Promise<Brokerage> {
  const brokerage = createBrokerage();
  const agents = ['a1', 'a2', 'a3', 'a4'].map(anAgent);
  const homes = Array.from({ length: 10 }, (_, n) => aHome(`h${n}`));
  const leads = Array.from({ length: 20 }, (_, n) =>
    aLead({
      name: `l${n}`,
      email: `l${n}@example.com`,
      agentId: makeId('agent', `a${(n % 4) + 1}`),
      score: scoreOf(n * 5),
      matches: [matchOf(`h${n % 10}`, 90), matchOf(`h${(n + 1) % 10}`, 80)],
    }),
  );
  await brokerage.put(...agents, ...homes, ...leads);
  return brokerage;
}

describe('a list of leads', () => {
  test('with agents and the homes that match costs one list request and one for each level below', async () => {
    const brokerage = await aFullBrokerage();
    const { data, errors } = await run(
      brokerage.context(),
      '{ leads(first: 20) { edges { node { id agent { name } matches(first: 2) { edges { node { property { price } } } } } } } }',
    );
    expect(errors).toEqual([]);
    expect(data).toMatchObject({ leads: { edges: { length: 20 } } });
    expect(brokerage.calls.sort()).toEqual(['get(10)', 'get(4)', 'list(lead)']);
  });

  test('is paged by cursors without a gap or a repeat', async () => {
    const brokerage = await aFullBrokerage();
    const seen: string[] = [];
    let after: string | null = null;
    do {
      const page = await run(
        brokerage.context(),
        'query ($after: String) { leads(first: 7, after: $after) { edges { node { id } } pageInfo { hasNextPage hasPreviousPage endCursor } } }',
        { after },
      );
      const leads = page.data?.['leads'] as {
        edges: { node: { id: string } }[];
        pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; endCursor: string };
      };
      expect(leads.pageInfo.hasPreviousPage).toBe(after !== null);
      seen.push(...leads.edges.map(({ node }) => node.id));
      after = leads.pageInfo.hasNextPage ? leads.pageInfo.endCursor : null;
    } while (after !== null);
    expect(seen).toEqual(Array.from({ length: 20 }, (_, n) => `lead_l${19 - n}`));
  });

  test.each([
    ['{ tier: HOT }', ['lead_l19', 'lead_l18', 'lead_l17', 'lead_l16', 'lead_l15', 'lead_l14']],
    ['{ minScore: 20, maxScore: 30 }', ['lead_l6', 'lead_l5', 'lead_l4']],
    ['{ agentId: "agent_a2", minScore: 60 }', ['lead_l17', 'lead_l13']],
    ['{ text: "l7@exam" }', ['lead_l7']],
    ['{ stage: NEW, source: PORTAL, tag: "VIP", maxScore: 4 }', ['lead_l0']],
    ['{ updatedSince: "2027-01-01T00:00:00Z" }', []],
    ['{ overdue: true }', []],
  ])('holds to the filter %s', async (filter, ids) => {
    const brokerage = await aFullBrokerage();
    const { data, errors } = await run(brokerage.context(), `{ leads(filter: ${filter}) { edges { node { id } } } }`);
    expect(errors).toEqual([]);
    expect(data).toEqual({ leads: { edges: ids.map((id) => ({ node: { id } })) } });
  });

  test('shows what is overdue, most urgent first', async () => {
    const brokerage = createBrokerage();
    await brokerage.put(
      aLead({ name: 'later', responseDueAt: '2026-03-10T19:00:00.000Z' }),
      aLead({ name: 'sooner', responseDueAt: '2026-03-10T18:00:00.000Z' }),
      aLead({ name: 'in-time', responseDueAt: '2026-03-11T18:00:00.000Z' }),
      aLead({ name: 'answered' }),
    );
    const { data } = await run(brokerage.context(), '{ leads(filter: { overdue: true }, orderBy: DUE_ASC) { edges { node { id overdue } } } }');
    expect(data).toEqual({
      leads: { edges: [{ node: { id: 'lead_sooner', overdue: true } }, { node: { id: 'lead_later', overdue: true } }] },
    });
  });

  test.each([
    ['leads(after: "nonsense") { edges { cursor } }', 'after'],
    ['leads(first: 101) { edges { cursor } }', 'first'],
    ['leads(first: 0) { edges { cursor } }', 'first'],
    ['leads(filter: { agentId: "bob" }) { edges { cursor } }', 'filter.agentId'],
  ])('refuses %s and says where', async (field, where) => {
    const { errors } = await run(createBrokerage().context(), `{ ${field} }`);
    expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', field: where });
  });

  test('refuses the cursor of a list in another order', async () => {
    const brokerage = await aFullBrokerage();
    const answer = await run(brokerage.context(), '{ leads(first: 1) { pageInfo { endCursor } } }');
    const after = (fieldOf(answer, 'leads') as { pageInfo: { endCursor: string } }).pageInfo.endCursor;
    const { errors } = await run(brokerage.context(), 'query ($after: String) { leads(orderBy: UPDATED_DESC, after: $after) { edges { cursor } } }', { after });
    expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', field: 'after' });
  });

  test('says when to try again while lists cannot be read', async () => {
    const brokerage = await aFullBrokerage();
    brokerage.outages.readModels = true;
    const { errors } = await run(brokerage.context(), '{ leads { edges { cursor } } }');
    expect(errors[0]?.extensions).toEqual({ code: 'UNAVAILABLE', retryAfter: 2 });
  });
});

describe('one thing by its id', () => {
  test('is found by node and nodes, whatever its kind', async () => {
    const brokerage = await aFullBrokerage();
    const { data } = await run(
      brokerage.context(),
      '{ node(id: "lead_l1") { __typename id } nodes(ids: ["agent_a1", "nothing", "prop_h1", "lead_none"]) { __typename id } }',
    );
    expect(data).toEqual({
      node: { __typename: 'Lead', id: 'lead_l1' },
      nodes: [{ __typename: 'Agent', id: 'agent_a1' }, null, { __typename: 'Property', id: 'prop_h1' }, null],
    });
  });

  test('asked for many times in one request is read once', async () => {
    const brokerage = await aFullBrokerage();
    await run(brokerage.context(), '{ a: lead(id: "lead_l1") { name } b: lead(id: "lead_l1") { email } c: lead(id: "lead_l2") { email } }');
    expect(brokerage.calls).toEqual(['get(2)']);
  });

  test('comes from the origin while the read models are away', async () => {
    const brokerage = await aFullBrokerage();
    brokerage.outages.readModels = true;
    const { data, errors } = await run(brokerage.context(), '{ lead(id: "lead_l1") { name } }');
    expect(errors).toEqual([]);
    expect(data).toEqual({ lead: { name: 'Ada Lovelace' } });
  });

  test('is put back where the read models had lost it', async () => {
    const brokerage = createBrokerage();
    await brokerage.put(aLead({ name: 'lost' }));
    const { readModels } = createBrokerage().ports;
    const context = createRequestContext({ ...brokerage.ports, readModels }, brokerage.shared, brokerage.context());
    expect((await run(context, '{ lead(id: "lead_lost") { version } }')).data).toEqual({ lead: { version: 3 } });
    expect(await readModels.get([{ tenant: ACME, kind: 'lead', id: 'lead_lost' }])).toMatchObject([{ version: 3 }]);
  });

  test('is UNAVAILABLE, not absent, while neither part answers', async () => {
    const brokerage = await aFullBrokerage();
    brokerage.outages.readModels = true;
    brokerage.outages.origin = true;
    const { data, errors } = await run(brokerage.context(), '{ lead(id: "lead_l1") { name } }');
    expect(data).toEqual({ lead: null });
    expect(errors[0]?.extensions).toEqual({ code: 'UNAVAILABLE', retryAfter: 2 });
  });
});

describe('another brokerage', () => {
  const ASKED = `{
    lead(id: "lead_l1") { id }
    property(id: "prop_h1") { id }
    node(id: "agent_a1") { id }
    nodes(ids: ["lead_l1", "prop_h1"]) { id }
    leads { edges { node { id } } }
    properties { edges { node { id } } }
    agents { id }
  }`;

  test('sees nothing of it, by id or by list, while it sees all', async () => {
    const brokerage = await aFullBrokerage();
    const own = await run(brokerage.context(), ASKED);
    expect(JSON.stringify(own.data)).toContain('lead_l19');
    const { data, errors } = await run(brokerage.context({ tenant: RIVAL }), ASKED);
    expect(errors).toEqual([]);
    expect(data).toEqual({ lead: null, property: null, node: null, nodes: [null, null], leads: { edges: [] }, properties: { edges: [] }, agents: [] });
  });
});

describe('a lead, whole', () => {
  test('tells its money as decimal text and its matches a page at a time', async () => {
    const brokerage = createBrokerage();
    await brokerage.put(
      aLead({ preferences: { budgetMinMinor: 5, budgetMaxMinor: 92_500_050 }, matches: [matchOf('h1', 90), matchOf('h2', 90), matchOf('h3', 80)] }),
    );
    const pageOf =
      'query ($after: String) { lead(id: "lead_ada") { preferences { budgetMin budgetMax } matches(first: 2, after: $after) { edges { cursor node { propertyId property { id } } } pageInfo { hasNextPage } } } }';
    const first = await run(brokerage.context(), pageOf);
    expect(first.data).toMatchObject({
      lead: {
        preferences: { budgetMin: '0.05', budgetMax: '925000.50' },
        matches: { edges: [{ node: { propertyId: 'prop_h1', property: null } }, { node: { propertyId: 'prop_h2' } }], pageInfo: { hasNextPage: true } },
      },
    });
    const { edges } = (fieldOf(first, 'lead') as { matches: { edges: { cursor: string }[] } }).matches;
    const second = await run(brokerage.context(), pageOf, { after: edges[1]?.cursor });
    expect(second.data).toMatchObject({ lead: { matches: { edges: [{ node: { propertyId: 'prop_h3' } }], pageInfo: { hasNextPage: false } } } });
  });
});
