/** Mutations on the direct way: compiled where they have one effect. Whatever goes wrong in one is told by GraphQL, and what it did is not done again. */
import { describe, expect, test, vi } from 'vitest';
import type { DirectAnswer } from '../../../gateway/direct/direct-graphql.ts';
import type { Identity } from '../../../resolvers/context.ts';
import { appOver } from '../../support/app-over.ts';
import { ACME, createBrokerage, type Brokerage } from '../../support/brokerage.ts';

const ANN: Identity = { tenant: ACME, subject: 'ann', roles: ['AGENT'], expiresAtMs: Infinity };
const LEAD = 'lead_0123';

function world(prepare: (brokerage: Brokerage) => void = () => undefined, commandWaitMs = 50) {
  const brokerage = createBrokerage({ commandWaitMs, acceptanceMs: 100 });
  prepare(brokerage);
  return { brokerage, app: appOver(brokerage.ports, brokerage.shared) };
}
type World = ReturnType<typeof world>;

const textOf = (answer: DirectAnswer | null): string => (answer === null ? 'not for the direct way' : 'bytes' in answer ? String(answer.ascii) : answer.text);
const ask = async ({ app }: World, query: string, variables: object = {}): Promise<string> =>
  textOf(await app.direct.answer({ identity: ANN, requestId: 'r', accept: '', body: JSON.stringify({ query, variables }) }));
const askGraphql = async ({ app }: World, query: string, variables: object = {}): Promise<string> => {
  const yoga = await app.yoga();
  return (await yoga.answer({ query, variables: { ...variables } }, { identity: ANN, requestId: 'r' }, 'application/json')).text;
};
/** But for ids that are made anew for each command, and what is signed. */
const comparable = (text: string): string => text.replaceAll(/(cmd|lead)_[0-9a-f]{32}/g, '$1_new').replaceAll(/"token":"[^"]+"/g, '"token":"signed"');

const RECEIPT = '{ __typename id type status lane acceptedAt appliedAt entityId leadId version token error { code message field } lead { id firstName } }';
const CREATE = `mutation ($input: CreateLeadInput!, $key: String) { createLead(input: $input, idempotencyKey: $key) ${RECEIPT} }`;
const CREATE_AND_READ = 'mutation { receipt: createLead(input: { firstName: "Ada" }, wait: APPLIED) { status lead { id } } }';

describe('a compiled mutation answers what GraphQL answers', () => {
  test.each([
    ['a new lead', CREATE, { input: { firstName: 'Ada', email: 'ada@example.com', preferences: { budgetMax: '925000', locations: ['98052'] } } }],
    ['nothing of a person', CREATE, { input: {} }],
    ['an email address that is none', CREATE, { input: { firstName: 'Ada', email: 'ada' } }],
    ['a key that is none', CREATE, { input: { firstName: 'Ada' }, key: ' ' }],
    ['a field that there is not', CREATE, { input: { firstName: 'Ada', colour: 'red' } }],
    ['a value that does not fit', CREATE, { input: { firstName: 7 } }],
    ['no input', CREATE, {}],
    ['a note', `mutation { addNote(input: { leadId: "${LEAD}", text: "Rang back." }) ${RECEIPT} }`],
    [
      'a note with an alias and a fragment',
      `mutation { note: addNote(input: { leadId: "${LEAD}", text: "x" }) { ...R } } fragment R on CommandReceipt ${RECEIPT}`,
    ],
    ['a version that is none', `mutation { addNote(input: { leadId: "${LEAD}", text: "x" }, expectedVersion: -1) { id } }`],
    ['a lead that is none', 'mutation { addNote(input: { leadId: "prop_1", text: "x" }) { id } }'],
    ['what needs another role', `mutation { eraseLead(input: { leadId: "${LEAD}" }) { id } }`],
    ['a wait that takes too long', `mutation { addNote(input: { leadId: "${LEAD}", text: "x" }, wait: VISIBLE) ${RECEIPT} }`],
    [
      'two at once',
      `mutation { a: addNote(input: { leadId: "${LEAD}", text: "a" }) { status } b: addNote(input: { leadId: "${LEAD}", text: "b" }) { status } }`,
    ],
  ])('to %s', async (_what, query, variables = {}) => {
    expect(comparable(await ask(world(), query, variables))).toBe(comparable(await askGraphql(world(), query, variables)));
  });
});

describe('a compiled mutation acts once', () => {
  test('where what is asked of the lead cannot be read', async () => {
    const one = world((brokerage) => void (brokerage.outages.origin = true), 5_000);
    const { brokerage } = one;
    const receipt = ask(one, CREATE_AND_READ);
    await vi.waitFor(() => expect(brokerage.log).toHaveLength(1));
    await brokerage.carryOut('APPLIED');
    expect(JSON.parse(await receipt)).toMatchObject({
      data: { receipt: { status: 'APPLIED', lead: null } },
      errors: [{ path: ['receipt', 'lead'], extensions: { code: 'UNAVAILABLE' } }],
    });
    expect(brokerage.log).toHaveLength(1);
  });

  test('where the log does not take it', async () => {
    let appends = 0;
    const one = world();
    const { ports, shared } = one.brokerage;
    const log = { ...ports.log, append: () => Promise.reject(new Error(`append ${(appends += 1)}`)) };
    const app = appOver({ ...ports, log }, shared);
    expect(await ask({ ...one, app }, `mutation { addNote(input: { leadId: "${LEAD}", text: "x" }) { status } }`)).toContain('UNAVAILABLE');
    expect(appends).toBe(1);
  });

  test('and each of several has an effect of its own', async () => {
    const one = world();
    const answer = await ask(
      one,
      `mutation { a: addNote(input: { leadId: "${LEAD}", text: "a" }) { id } b: addNote(input: { leadId: "${LEAD}", text: "b" }) { id } }`,
    );
    const { data } = JSON.parse(answer) as { data: { a: { id: string }; b: { id: string } } };
    expect(data.a.id).not.toBe(data.b.id);
    expect(one.brokerage.log).toHaveLength(2);
  });

  test('and one with the key of another gets its receipt', async () => {
    const one = world();
    const receipts = [await ask(one, CREATE, { input: { firstName: 'Ada' }, key: 'k' }), await ask(one, CREATE, { input: { firstName: 'Ada' }, key: 'k' })];
    expect(receipts[1]).toBe(receipts[0]);
    expect(await ask(one, CREATE, { input: { firstName: 'Eve' }, key: 'k' })).toContain('IDEMPOTENCY_CONFLICT');
  });
});
