/** What the product promises to whoever uses it, whatever its size: these tests run on each. */
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { SIGNATURE_HEADER, signWebhook, TIMESTAMP_HEADER } from '../../resolvers/intake/webhook-signature.ts';
import type { Api } from '../support/api.ts';
import { DEADLINE } from '../support/program.ts';
import { startSystem, type System, type SystemSize } from '../support/system.ts';
import { HOME_IDS, HOMES_CSV, leadsFile } from './files.ts';
import { ADD_NOTE, carryOut, CREATE_LEAD, listLeads, listProperties, readLead, readTimeline, SCORE_CHANGED, untilScored, type Receipt } from './leads.ts';

const SECRET = 'a secret that only the CRM knows';

interface ImportReport {
  readonly accepted: number;
  readonly rejected: number;
  readonly errors: readonly { readonly row: number; readonly column: string | null; readonly message: string }[];
}
interface ScoreChange {
  readonly leadScoreChanged: {
    readonly score: number;
    readonly direction: string;
    readonly lead: { readonly id: string; readonly score: { readonly value: number } };
  };
}

export function productSuite(size: SystemSize): void {
  let system: System;
  /** Of two gateways. */
  let [one, other]: Api[] = [];
  const gateway = (which: 1 | 2): Api => {
    const api = which === 1 ? one : other;
    if (api === undefined) throw new Error('the product does not run');
    return api;
  };

  beforeAll(async () => {
    system = await startSystem(size, { env: { WEBHOOK_SECRETS: `demo=${SECRET}` } });
    [one, other] = await Promise.all([system.api({ gateway: 0 }), system.api({ gateway: 1 })]);
  });
  afterAll(() => system?.stop());
  beforeEach(({ onTestFailed }) => onTestFailed(() => console.error(system.logs())));

  it('serves a lead by every gateway once its receipt says VISIBLE', async () => {
    const { leadId, version } = await carryOut(gateway(1), CREATE_LEAD, { firstName: 'Ada', email: 'ada@example.com' });
    const lead = await readLead(gateway(2), leadId);
    expect(lead).toMatchObject({ id: leadId, name: 'Ada', email: 'ada@example.com' });
    expect(lead?.version).toBeGreaterThanOrEqual(version ?? Number.NaN);
    expect((await listLeads(gateway(2), { text: 'ada@example.com' })).map(({ id }) => id)).toEqual([leadId]);
  });

  it.each([['SSE'], ['WebSocket']] as const)('shows a new score to subscribers over %s', async (transport) => {
    const { viewer } = await gateway(2).data<{ viewer: { liveCursor: string } }>('{ viewer { liveCursor } }');
    const listening = gateway(2).listen<ScoreChange>(transport, SCORE_CHANGED, { after: viewer.liveCursor });
    const { leadId } = await carryOut(gateway(1), CREATE_LEAD, { firstName: 'Bea', email: `bea-${transport}@example.com`, source: 'REFERRAL' });
    const change = await vi.waitFor(() => {
      const found = listening.news().find(({ leadScoreChanged }) => leadScoreChanged.lead.id === leadId);
      if (found === undefined) throw new Error(`no score of ${leadId} over ${transport}`);
      return found.leadScoreChanged;
    }, DEADLINE);
    expect(change).toMatchObject({ direction: 'FIRST', lead: { score: { value: change.score, source: 'RULES' } } });
    expect(await readLead(gateway(1), leadId)).toMatchObject({ score: { value: change.score } });
    await listening.stop();
  });

  it('takes a command once, however often it is sent, and by whichever gateway', async () => {
    const variables = { input: { firstName: 'Cid', email: 'cid@example.com' }, key: 'cid', wait: 'VISIBLE' };
    const answers = await Promise.all([1, 2, 1, 2].map((which) => gateway(which === 1 ? 1 : 2).data<{ receipt: Receipt }>(CREATE_LEAD, variables)));
    answers.push(await gateway(2).data<{ receipt: Receipt }>(CREATE_LEAD, variables));
    const [first] = answers;
    for (const { receipt } of answers) expect(receipt).toEqual(first?.receipt);
    expect(await listLeads(gateway(1), { text: 'cid@example.com' })).toHaveLength(1);
    const created = (await readTimeline(gateway(1), first?.receipt.leadId ?? '')).filter(({ type }) => type === 'LeadCreated');
    expect(created).toHaveLength(1);
  });

  it('refuses another body under the same key', async () => {
    const key = 'dan';
    await carryOut(gateway(1), CREATE_LEAD, { firstName: 'Dan', email: 'dan@example.com' }, key);
    const { errors } = await gateway(2).ask(CREATE_LEAD, { input: { firstName: 'Dan', email: 'daniel@example.com' }, key });
    expect(errors?.[0]?.extensions.code).toBe('IDEMPOTENCY_CONFLICT');
    expect(await listLeads(gateway(1), { text: 'daniel@example.com' })).toEqual([]);
  });

  it.each([
    ['an email that is none', { firstName: 'Eve', email: 'not an email' }, 'input.email'],
    ['a phone that is none', { firstName: 'Eve', phone: '12' }, 'input.phone'],
    ['nobody', {}, 'input.name'],
    ['a time zone that is none', { firstName: 'Eve', timeZone: 'Mars/Base' }, 'input.timeZone'],
  ])('says what is wrong with %s, and where', async (_what, input, field) => {
    const { errors } = await gateway(1).ask(CREATE_LEAD, { input });
    expect(errors).toHaveLength(1);
    expect(errors?.[0]).toMatchObject({ message: expect.stringContaining(field), extensions: { code: 'BAD_USER_INPUT', field } });
  });

  it('tells of a lead that is there already', async () => {
    await carryOut(gateway(1), CREATE_LEAD, { firstName: 'Fay', email: 'fay@example.com' });
    const { receipt } = await gateway(2).data<{ receipt: Receipt }>(CREATE_LEAD, { input: { email: 'FAY@example.com' }, wait: 'VISIBLE' });
    expect(receipt).toMatchObject({ status: 'REJECTED', error: { code: 'CONFLICT', field: 'input.email' } });
  });

  it('imports the 3,000 rows of a file of homes and offers leads those that suit', async () => {
    const IMPORT =
      'mutation ($csv: String!, $key: String) { report: importProperties(input: { csv: $csv }, idempotencyKey: $key) { accepted rejected errors { row column message } } }';
    const { report } = await gateway(1).data<{ report: ImportReport }>(IMPORT, { csv: HOMES_CSV, key: 'king county' });
    expect(report).toEqual({ accepted: 3_000, rejected: 0, errors: [] });
    await vi.waitFor(async () => {
      const homes = await listProperties(gateway(2));
      expect(homes).toHaveLength(HOME_IDS.size);
      expect(new Set(homes.map(({ externalId }) => externalId))).toEqual(HOME_IDS);
    }, DEADLINE);

    const preferences = { budgetMax: '700000.00', locations: ['98103'], bedroomsMin: 3, bathroomsMin: 2 };
    const { leadId } = await carryOut(gateway(1), CREATE_LEAD, { firstName: 'Gil', email: 'gil@example.com', preferences });
    const MATCHES = 'query ($id: ID!) { lead(id: $id) { matches(first: 5) { edges { node { score reasons property { price status } } } } } }';
    type Matches = { lead: { matches: { edges: { node: { score: number; reasons: string[]; property: { price: string; status: string } } }[] } } };
    const matches = await vi.waitFor(async () => {
      const { lead } = await gateway(2).data<Matches>(MATCHES, { id: leadId });
      expect(lead.matches.edges).toHaveLength(5);
      return lead.matches.edges.map(({ node }) => node);
    }, DEADLINE);
    for (const { score, reasons, property } of matches) {
      expect(score).toBeGreaterThanOrEqual(60);
      expect(reasons.length).toBeGreaterThan(0);
      expect(property.status).toBe('ACTIVE');
      expect(Number(property.price)).toBeLessThanOrEqual(700_000 * 1.15);
    }
    expect(matches.map(({ score }) => score)).toEqual(matches.map(({ score }) => score).toSorted((a, b) => b - a));
  });

  it('imports the good rows of a file of 1,000 leads and says of each of 7 broken ones where and why', async () => {
    const IMPORT =
      'mutation ($csv: String!, $key: String) { report: importLeads(input: { csv: $csv }, idempotencyKey: $key) { accepted rejected errors { row column message } } }';
    const { csv, broken, good } = leadsFile();
    const { report } = await gateway(1).data<{ report: ImportReport }>(IMPORT, { csv, key: 'a thousand' });
    expect(report).toMatchObject({ accepted: good, rejected: broken.length });
    expect(report.errors.map(({ row, column }) => ({ row, column }))).toEqual(broken.map(({ row, column }) => ({ row, column })));
    for (const { message } of report.errors) expect(message).toMatch(/\w+ \w+/);
    await vi.waitFor(async () => expect(await listLeads(gateway(2), { text: 'imported' })).toHaveLength(good), DEADLINE);
    const repeated = await gateway(2).data<{ report: ImportReport }>(IMPORT, { csv, key: 'a thousand' });
    expect(repeated.report).toEqual(report);
    const leads = await listLeads(gateway(1), { text: 'imported' });
    expect(new Set(leads.map(({ email }) => email)).size).toBe(good);
    expect(leads).toHaveLength(good);
  });

  interface Delivery {
    readonly secret?: string;
    readonly seconds?: number;
    /** What is sent instead of what was signed. */
    readonly sent?: string;
  }
  async function deliver(payload: object, { secret = SECRET, seconds = Math.floor(Date.now() / 1000), sent }: Delivery = {}): Promise<Response> {
    const body = JSON.stringify(payload);
    const headers = { [SIGNATURE_HEADER]: await signWebhook(secret, seconds, body), [TIMESTAMP_HEADER]: String(seconds), 'content-type': 'application/json' };
    return await fetch(`${gateway(1).url}/webhooks/crm`, { method: 'POST', headers, body: sent ?? body });
  }

  const at = { locationId: 'demo', contactId: 'crm-hal' };
  it.each([
    ['flat', { type: 'TYPE_SMS', ...at, firstName: 'Hal', phone: '2065550199', body: 'Is the blue house still there?' }, 'Is the blue house still there?'],
    [
      'nested',
      {
        type: 'InboundMessage',
        ...at,
        contact: { id: at.contactId, firstName: 'Hal' },
        message: { type: 'TYPE_SMS', body: 'We pay cash.', direction: 'inbound' },
      },
      'We pay cash.',
    ],
  ])("makes a lead of the CRM's message in its %s shape, with what was said in the timeline", async (_shape, payload, said) => {
    const response = await deliver(payload);
    expect(response.status).toBe(202);
    const { leadId } = (await response.json()) as { leadId: string };
    await vi.waitFor(async () => {
      expect(await readLead(gateway(2), leadId)).toMatchObject({ name: 'Hal' });
      expect(JSON.stringify(await readTimeline(gateway(2), leadId))).toContain(said);
    }, DEADLINE);
    expect(await listLeads(gateway(1), { text: 'hal' })).toHaveLength(1);
  });

  it('refuses a CRM message whose signature does not hold, and one that came before', async () => {
    const message = { type: 'TYPE_SMS', locationId: 'demo', contactId: 'crm-ida', firstName: 'Ida', body: 'Hello!' };
    expect((await deliver(message, { secret: 'somebody else' })).status).toBe(401);
    expect((await deliver(message, { sent: JSON.stringify({ ...message, body: 'changed on the way' }) })).status).toBe(401);
    expect((await deliver(message, { seconds: Math.floor(Date.now() / 1000) - 3_600 })).status).toBe(401);
    const seconds = Math.floor(Date.now() / 1000);
    expect((await deliver(message, { seconds })).status).toBe(202);
    expect((await deliver(message, { seconds })).status).toBe(409);
    await vi.waitFor(async () => expect(await listLeads(gateway(1), { text: 'ida' })).toHaveLength(1), DEADLINE);
    const [ida] = await listLeads(gateway(1), { text: 'ida' });
    const said = (await readTimeline(gateway(1), ida?.id ?? '')).filter(({ type }) => type === 'InteractionRecorded');
    expect(said).toHaveLength(1);
  });

  it('shows nothing to another brokerage', async () => {
    const { leadId, id } = await carryOut(gateway(1), CREATE_LEAD, { firstName: 'Joy', email: 'joy@example.com' });
    await untilScored(gateway(1), leadId);
    const stranger = await system.api({ gateway: 1, token: await system.tokenOf('elsewhere') });
    expect(await stranger.data('{ leads { edges { node { id } } } properties { edges { node { id } } } agents { id } }')).toEqual({
      leads: { edges: [] },
      properties: { edges: [] },
      agents: [],
    });
    const BY_ID = 'query ($lead: ID!, $command: ID!) { lead(id: $lead) { id } node(id: $lead) { id } command(id: $command) { id } }';
    expect(await stranger.data(BY_ID, { lead: leadId, command: id })).toEqual({ lead: null, node: null, command: null });
    const { receipt } = await stranger.data<{ receipt: Receipt }>(ADD_NOTE, { input: { leadId, text: 'mine now' }, wait: 'VISIBLE' });
    expect(receipt).toMatchObject({ status: 'REJECTED', error: { code: 'NOT_FOUND' } });
    // The same key and the same email are free there.
    const own = await carryOut(stranger, CREATE_LEAD, { firstName: 'Joy', email: 'joy@example.com' }, 'cid');
    expect(own.leadId).not.toBe(leadId);
    expect(await listLeads(gateway(1), { text: 'joy@example.com' })).toHaveLength(1);
  });

  it('lets nobody in without a good token', async () => {
    const nobody = await system.api({ token: 'rubbish' });
    expect((await nobody.ask('{ viewer { id } }')).errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
  });
}
