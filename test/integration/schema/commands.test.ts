import { describe, expect, test, vi } from 'vitest';
import { makeId } from '../../../domain/ids.ts';
import { keyedCommandId, newId } from '../../../platform/messages/new-id.ts';
import { aHome } from '../../support/a-home.ts';
import { aLead } from '../../support/a-lead.ts';
import { ACME, RIVAL, commandsOf, createBrokerage, type Brokerage } from '../../support/brokerage.ts';
import { fieldOf, run, type Answer } from '../../support/execute.ts';
import { scoreOf } from '../../support/facts.ts';

const CREATE = `mutation ($input: CreateLeadInput!, $key: String, $wait: WaitFor) {
  createLead(input: $input, idempotencyKey: $key, wait: $wait) { id status lane leadId version token error { code message field } lead { id email version } }
}`;
const UPDATE = `mutation ($input: UpdateLeadInput!, $key: String, $expectedVersion: Int, $wait: WaitFor) {
  updateLead(input: $input, idempotencyKey: $key, expectedVersion: $expectedVersion, wait: $wait) { id status lane version token error { code field } }
}`;
const NEW = { email: 'Grace@Example.com', firstName: 'Grace', preferences: { budgetMax: '925000.00' } };

interface Receipt {
  readonly id: string;
  readonly status: string;
  readonly lane: string;
  readonly leadId: string;
  readonly version: number | null;
  readonly token: string | null;
  readonly lead: { readonly id: string; readonly email: string } | null;
}
const receiptOf = ({ data, errors }: Answer, name = 'createLead'): Receipt => {
  expect(errors).toEqual([]);
  return data?.[name] as Receipt;
};

/** Carries commands out as soon as they come, until stopped. */
function working(brokerage: Brokerage): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const loop = (async () => {
    while (!stopping.signal.aborted) {
      await brokerage.carryOut();
      await new Promise((resolve) => setImmediate(resolve));
    }
  })();
  return {
    stop: async () => {
      stopping.abort();
      await loop;
    },
  };
}

describe('a mutation', () => {
  test('carries the trace context of its request, and is not harmed by one that is none', async () => {
    const brokerage = createBrokerage();
    const good = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    for (const traceparent of [good, 'x'.repeat(500), '\u00ff', '']) await run(brokerage.context({}, { traceparent }), CREATE, { input: NEW });
    expect(commandsOf(brokerage).map(({ trace }) => trace)).toEqual([{ traceparent: good }, undefined, undefined, undefined]);
  });
  test('refuses an idempotency key with half a character: as bytes, all such halves are one', async () => {
    const { errors } = await run(createBrokerage().context(), CREATE, { input: NEW, key: 'a\ud800' });
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', field: 'idempotencyKey' } }]);
  });
  test('answers ACCEPTED once its command is in the log, under a key of tenant and lead', async () => {
    const brokerage = createBrokerage();
    const receipt = receiptOf(await run(brokerage.context(), CREATE, { input: NEW }));
    expect(receipt).toMatchObject({ status: 'ACCEPTED', lane: 'HOT', version: null, token: null, lead: null });
    expect(brokerage.log).toMatchObject([{ topic: 'leads.commands.hot', key: `acme:${receipt.leadId}` }]);
    expect(commandsOf(brokerage)[0]).toMatchObject({
      id: receipt.id,
      tenant: 'acme',
      actor: { id: 'ann', roles: ['MANAGER'] },
      command: { type: 'CreateLead', lead: { email: 'grace@example.com', preferences: { budgetMaxMinor: 92_500_000 } }, onExisting: 'REJECT' },
    });
  });

  test('answers before its receipt is in the read models, and whoever asks for a receipt so new waits for it', async () => {
    const brokerage = createBrokerage();
    const held = Promise.withResolvers<void>();
    const { readModels } = brokerage.ports;
    const put = readModels.put.bind(readModels);
    Object.assign(readModels, { put: async (...views: Parameters<typeof put>) => held.promise.then(() => put(...views)) });
    const { id } = receiptOf(await run(brokerage.context(), CREATE, { input: NEW }));
    const asked = run(brokerage.context(), 'query ($id: ID!) { command(id: $id) { id status } }', { id });
    // It has looked, and found nothing.
    await expect.poll(() => brokerage.calls).toContain('get(1)');
    held.resolve();
    expect(await asked).toEqual({ data: { command: { id, status: 'ACCEPTED' } }, errors: [] });
  });

  test('that nobody sent has no receipt, however new its id looks', { timeout: 10_000 }, async () => {
    const brokerage = createBrokerage();
    const id = newId('command', brokerage.now.getTime());
    expect(await run(brokerage.context(), 'query ($id: ID!) { command(id: $id) { id } }', { id })).toEqual({ data: { command: null }, errors: [] });
  });

  test('with wait VISIBLE answers with the change itself', async () => {
    const brokerage = createBrokerage();
    const worker = working(brokerage);
    const receipt = receiptOf(await run(brokerage.context(), CREATE, { input: NEW, wait: 'VISIBLE' }));
    await worker.stop();
    expect(receipt).toMatchObject({ status: 'VISIBLE', version: 1, lead: { id: receipt.leadId, email: 'grace@example.com', version: 1 } });
  });

  test('answers with what is true when the time is up', async () => {
    const brokerage = createBrokerage({ commandWaitMs: 50 });
    const receipt = receiptOf(await run(brokerage.context(), CREATE, { input: NEW, wait: 'APPLIED' }));
    expect(receipt.status).toBe('ACCEPTED');
  });

  test('learns from the inbox what became of its command while the read models are away', async () => {
    const brokerage = createBrokerage();
    brokerage.outages.readModels = true;
    const answer = run(brokerage.context(), CREATE, { input: NEW, wait: 'APPLIED' });
    await expect.poll(() => brokerage.log.length).toBe(1);
    await brokerage.carryOut('APPLIED');
    expect(receiptOf(await answer)).toMatchObject({ status: 'APPLIED', version: 1, lead: { email: 'grace@example.com' } });
  });

  test('learns what became of its command where the news of it were lost', async () => {
    const brokerage = createBrokerage();
    const { id, leadId } = receiptOf(await run(brokerage.context(), CREATE, { input: NEW }));
    await brokerage.shared.receipts.idle();
    brokerage.outages.readModels = true;
    await brokerage.carryOut('APPLIED');
    brokerage.outages.readModels = false;
    const statusOf = async () => (await run(brokerage.context(), '{ command(id: "' + id + '") { status } }')).data?.['command'];
    expect(await statusOf()).toEqual({ status: 'ACCEPTED' });
    brokerage.now = new Date(brokerage.now.getTime() + 2_000);
    expect(await statusOf()).toEqual({ status: 'APPLIED' });
    await run(brokerage.context(), `{ lead(id: "${leadId}") { id } }`);
    expect(await statusOf()).toEqual({ status: 'VISIBLE' });
  });

  test('tells of a rule that its command broke', async () => {
    const brokerage = createBrokerage();
    await brokerage.put(aLead());
    const worker = working(brokerage);
    const receipt = receiptOf(
      await run(brokerage.context(), UPDATE, { input: { leadId: 'lead_ada', firstName: 'Augusta' }, expectedVersion: 2, wait: 'VISIBLE' }),
      'updateLead',
    );
    await worker.stop();
    expect(receipt).toMatchObject({ status: 'REJECTED', error: { code: 'VERSION_CONFLICT', field: 'expectedVersion' } });
  });

  test('is UNAVAILABLE where the log does not take it, and can be repeated with its key', async () => {
    const brokerage = createBrokerage();
    brokerage.outages.log = true;
    const { errors } = await run(brokerage.context(), CREATE, { input: NEW, key: 'k' });
    expect(errors[0]?.extensions).toEqual({ code: 'UNAVAILABLE', retryAfter: 2 });
    brokerage.outages.log = false;
    expect(receiptOf(await run(brokerage.context(), CREATE, { input: NEW, key: 'k' })).status).toBe('ACCEPTED');
    expect(brokerage.log).toHaveLength(1);
  });

  test('is UNAVAILABLE in time where the log takes it and says nothing; its key makes it one', async () => {
    const brokerage = createBrokerage({ acceptanceMs: 50 });
    brokerage.outages.mute = true;
    const { errors } = await run(brokerage.context(), CREATE, { input: NEW, key: 'k', wait: 'VISIBLE' });
    expect(errors[0]?.extensions).toEqual({ code: 'UNAVAILABLE', retryAfter: 2 });
    brokerage.outages.mute = false;
    const receipt = receiptOf(await run(brokerage.context(), CREATE, { input: NEW, key: 'k' }));
    expect(commandsOf(brokerage).map(({ id }) => id)).toEqual([receipt.id, receipt.id]);
    expect(await brokerage.carryOut()).toMatchObject([{ status: 'VISIBLE', version: 1 }, { version: 1 }]);
  });

  test('is taken in, or refused, in time where the read models hang', async () => {
    const brokerage = createBrokerage({ acceptanceMs: 300, lookupMs: 20, commandWaitMs: 100 });
    await brokerage.put(aLead({ score: scoreOf(20) }));
    brokerage.outages.frozenReadModels = true;
    const input = { leadId: 'lead_ada', firstName: 'A' };
    // What cannot be looked up is taken for new.
    expect(receiptOf(await run(brokerage.context(), UPDATE, { input, key: 'k' }), 'updateLead')).toMatchObject({ status: 'ACCEPTED', lane: 'HOT' });
    expect(receiptOf(await run(brokerage.context(), UPDATE, { input, wait: 'VISIBLE' }), 'updateLead').status).toBe('ACCEPTED');
    brokerage.outages.mute = true;
    expect((await run(brokerage.context(), UPDATE, { input })).errors[0]?.extensions['code']).toBe('UNAVAILABLE');
  });

  test('that no log took is never told to be accepted', async () => {
    const brokerage = createBrokerage();
    const id = await keyedCommandId(ACME, 'client:k');
    const ask = () => run(brokerage.context(), `{ command(id: "${id}") { status } }`);
    brokerage.outages.log = true;
    await run(brokerage.context(), CREATE, { input: NEW, key: 'k' });
    expect((await ask()).errors[0]).toMatchObject({
      message: expect.stringContaining('not known') as string,
      extensions: { code: 'UNAVAILABLE', retryAfter: 2 },
    });
    brokerage.outages.log = false;
    await run(brokerage.context(), CREATE, { input: NEW, key: 'k' });
    expect((await ask()).data).toEqual({ command: { status: 'ACCEPTED' } });
  });

  test('whose acceptance could not be noted down is told of when it is handled', async () => {
    const brokerage = createBrokerage();
    const id = await keyedCommandId(ACME, 'client:k');
    brokerage.outages.putsOfReceipts = true;
    await run(brokerage.context(), CREATE, { input: NEW, key: 'k' });
    const asked = run(brokerage.context(), `{ command(id: "${id}") { status } }`);
    brokerage.outages.putsOfReceipts = false;
    await brokerage.carryOut();
    expect((await asked).data).toEqual({ command: { status: 'VISIBLE' } });
  });

  test('costs one request to the read models before its answer with a key, else none, and one behind many of them', async () => {
    const brokerage = createBrokerage();
    await run(brokerage.context(), CREATE, { input: NEW, key: 'k' });
    expect(brokerage.calls).toEqual(['putIfAbsent']);
    await brokerage.shared.receipts.idle();
    brokerage.calls.length = 0;
    await Promise.all([run(brokerage.context(), CREATE, { input: NEW }), run(brokerage.context(), CREATE, { input: NEW })]);
    expect(brokerage.calls).toEqual([]);
    await brokerage.shared.receipts.idle();
    expect(brokerage.calls).toEqual(['put(2)']);
  });

  test('goes the way of its lead: the lane follows from the tier', async () => {
    const brokerage = createBrokerage();
    await brokerage.put(aLead({ score: scoreOf(55) }));
    expect(receiptOf(await run(brokerage.context(), UPDATE, { input: { leadId: 'lead_ada', firstName: 'A' } }), 'updateLead').lane).toBe('WARM');
  });

  test('finds the tier of its lead in memory once it was read, until the lead changes', async () => {
    const brokerage = createBrokerage();
    await vi.waitFor(() => expect(brokerage.shared.feed.isTrusted()).toBe(true));
    await brokerage.put(aLead({ score: scoreOf(55) }));
    const update = async (): Promise<string> => {
      const context = brokerage.context();
      return receiptOf(await run(context, UPDATE, { input: { leadId: 'lead_ada', firstName: 'A' } }), 'updateLead').lane;
    };
    const reads = () => brokerage.calls.filter((call) => call.startsWith('get(')).length;
    expect([await update(), await update(), reads()]).toEqual(['WARM', 'WARM', 1]);
    const hot = aLead({ score: scoreOf(90), version: 9 });
    await brokerage.put(hot);
    await brokerage.publish({ id: hot.id, version: hot.version });
    expect([await update(), reads()]).toEqual(['HOT', 2]);
  });

  test('goes the way of the command that makes its lead while that is on its way, and no longer', async () => {
    const brokerage = createBrokerage();
    const update = async (leadId: string) => receiptOf(await run(brokerage.context(), UPDATE, { input: { leadId, firstName: 'A' } }), 'updateLead').lane;
    const imported = makeId('command', 'imported');
    const receipt = { id: imported, tenant: ACME, status: 'ACCEPTED', lane: 'cold' };
    await brokerage.ports.readModels.put([{ tenant: ACME, kind: 'command', id: imported, version: 1, doc: JSON.stringify(receipt), index: null }]);
    expect(await update('lead_imported')).toBe('COLD');
    expect(await update('lead_unknown')).toBe('HOT');
    const rejected = JSON.stringify({ ...receipt, status: 'REJECTED' });
    await brokerage.ports.readModels.put([{ tenant: ACME, kind: 'command', id: imported, version: 5, doc: rejected, index: null }]);
    expect(await update('lead_imported')).toBe('HOT');
  });
});

describe('an idempotency key', () => {
  test('makes a repeat the same command: same receipt, one lead', async () => {
    const brokerage = createBrokerage();
    const first = receiptOf(await run(brokerage.context(), CREATE, { input: NEW, key: 'once' }));
    await brokerage.carryOut();
    const again = receiptOf(await run(brokerage.context(), CREATE, { input: NEW, key: 'once' }));
    expect(again).toMatchObject({ id: first.id, leadId: first.leadId, status: 'VISIBLE', version: 1 });
    expect(brokerage.log).toHaveLength(1);
  });

  test('sends a command again that may have been lost on its way', async () => {
    const brokerage = createBrokerage();
    const first = receiptOf(await run(brokerage.context(), CREATE, { input: NEW, key: 'once' }));
    const again = receiptOf(await run(brokerage.context(), CREATE, { input: NEW, key: 'once' }));
    expect(again).toEqual(first);
    expect(new Set(commandsOf(brokerage).map(({ id }) => id)).size).toBe(1);
  });

  test('with another body is a conflict, whatever the mutation', async () => {
    const brokerage = createBrokerage();
    await run(brokerage.context(), CREATE, { input: NEW, key: 'once' });
    for (const other of [
      await run(brokerage.context(), CREATE, { input: { ...NEW, firstName: 'Other' }, key: 'once' }),
      await run(brokerage.context(), UPDATE, { input: { leadId: 'lead_ada', firstName: 'Grace' }, key: 'once' }),
    ]) {
      expect(other.errors[0]?.extensions).toEqual({ code: 'IDEMPOTENCY_CONFLICT', field: 'idempotencyKey' });
    }
    expect(brokerage.log).toHaveLength(1);
  });

  test('is a conflict also where only the inbox remembers the first request', async () => {
    const brokerage = createBrokerage();
    await run(brokerage.context(), CREATE, { input: NEW, key: 'once' });
    await brokerage.carryOut('APPLIED');
    brokerage.outages.readModels = true;
    const { errors } = await run(brokerage.context(), CREATE, { input: { ...NEW, firstName: 'Other' }, key: 'once', wait: 'APPLIED' });
    expect(errors[0]?.extensions['code']).toBe('IDEMPOTENCY_CONFLICT');
  });

  describe('whose first request only the inbox remembers, while another body has taken its place in the read models,', () => {
    async function displaced(): Promise<{ readonly brokerage: Brokerage; readonly first: Receipt }> {
      const brokerage = createBrokerage();
      brokerage.outages.readModels = true;
      const first = receiptOf(await run(brokerage.context(), CREATE, { input: NEW, key: 'once' }));
      await brokerage.carryOut('APPLIED');
      brokerage.outages.readModels = false;
      receiptOf(await run(brokerage.context(), CREATE, { input: { ...NEW, firstName: 'Other' }, key: 'once' }));
      return { brokerage, first };
    }

    test('gets its receipt all the same', async () => {
      const { brokerage, first } = await displaced();
      const again = receiptOf(await run(brokerage.context(), CREATE, { input: NEW, key: 'once' }));
      expect(again).toMatchObject({ id: first.id, leadId: first.leadId, status: 'APPLIED' });
    });
    test('is told to be sent again while the inbox cannot be asked', async () => {
      const { brokerage } = await displaced();
      brokerage.outages.origin = true;
      const { errors } = await run(brokerage.context(), CREATE, { input: NEW, key: 'once' });
      expect(errors[0]?.extensions['code']).toBe('UNAVAILABLE');
    });
  });

  test('of one tenant is not that of another', async () => {
    const brokerage = createBrokerage();
    const ours = receiptOf(await run(brokerage.context(), CREATE, { input: NEW, key: 'once' }));
    const theirs = receiptOf(await run(brokerage.context({ tenant: RIVAL }), CREATE, { input: NEW, key: 'once' }));
    expect(theirs.id).not.toBe(ours.id);
    const ask = (tenant = ACME) => run(brokerage.context({ tenant }), 'query ($id: ID!) { command(id: $id) { id } node(id: $id) { id } }', { id: ours.id });
    expect((await ask()).data).toEqual({ command: { id: ours.id }, node: { id: ours.id } });
    expect((await ask(RIVAL)).data).toEqual({ command: null, node: null });
  });
});

describe('a consistency token', () => {
  async function changed(brokerage: Brokerage): Promise<string> {
    await brokerage.put(aLead());
    const worker = brokerage.carryOut.bind(brokerage);
    const answer = run(brokerage.context(), UPDATE, { input: { leadId: 'lead_ada', firstName: 'Augusta' }, wait: 'APPLIED' });
    await expect.poll(() => brokerage.log.length).toBe(1);
    await worker('APPLIED');
    return receiptOf(await answer, 'updateLead').token ?? '';
  }
  const READ = 'query ($token: String) { lead(id: "lead_ada", atLeast: $token) { firstName version } }';

  test('reads its own write before it is visible, as an argument and as a header', async () => {
    const brokerage = createBrokerage();
    const token = await changed(brokerage);
    expect((await run(brokerage.context(), READ)).data).toEqual({ lead: { firstName: 'Ada', version: 3 } });
    const fresh = { lead: { firstName: 'Augusta', version: 4 } };
    expect((await run(brokerage.context({}, { consistencyToken: token }), READ)).data).toEqual(fresh);
    expect((await run(brokerage.context(), READ, { token })).data).toEqual(fresh);
  });

  test('is never answered with something older', async () => {
    const brokerage = createBrokerage();
    await brokerage.put(aLead());
    const token = await brokerage.shared.tokens.sign(ACME, { streamId: aLead().id, version: 9 });
    const { data, errors } = await run(brokerage.context(), READ, { token });
    expect(data).toEqual({ lead: null });
    expect(errors[0]?.extensions).toEqual({ code: 'UNAVAILABLE', retryAfter: 2 });
  });

  test('that is made up, or of another tenant, is refused', async () => {
    const brokerage = createBrokerage();
    const token = await changed(brokerage);
    const tampered = `${token.slice(0, -2)}xx`;
    for (const context of [brokerage.context({ tenant: RIVAL }, { consistencyToken: token }), brokerage.context({}, { consistencyToken: tampered })]) {
      expect((await run(context, READ)).errors[0]?.extensions).toEqual({ code: 'BAD_USER_INPUT', field: 'atLeast' });
    }
  });

  test('comes beside nineteen others in the header, and one more is refused and not passed over', async () => {
    const brokerage = createBrokerage();
    const token = await changed(brokerage);
    const old = await brokerage.shared.tokens.sign(ACME, { streamId: aLead().id, version: 1 });
    const withOthers = (count: number) =>
      run(brokerage.context({}, { consistencyToken: [...Array.from({ length: count }, () => old), token].join(', ') }), READ);
    expect((await withOthers(19)).data).toEqual({ lead: { firstName: 'Augusta', version: 4 } });
    const { data, errors } = await withOthers(20);
    expect(data).toEqual({ lead: null });
    expect(errors[0]?.extensions).toEqual({ code: 'BAD_USER_INPUT', field: 'x-consistency-token' });
    expect(errors[0]?.message).toContain('at most 20 consistency tokens at a time, not 21');
  });
});

describe('who may do what', () => {
  const RESTRICTED = [
    'eraseLead(input: { leadId: "lead_ada" }) { id }',
    'importLeads(input: { leads: [] }) { accepted }',
    'upsertProperty(input: { externalId: "1", price: "1.00", bedrooms: 1, bathrooms: 1, squareFeet: 1, propertyType: "x", zip: "1" }) { id }',
    'withdrawProperty(input: { propertyId: "prop_1" }) { id }',
    'upsertAgent(input: { name: "Bob", email: "bob@example.com" }) { id }',
  ];

  test.each(RESTRICTED)('%s is not for agents', async (field) => {
    const brokerage = createBrokerage();
    expect((await run(brokerage.context({ roles: ['AGENT'] }), `mutation { ${field} }`)).errors[0]?.extensions).toEqual({ code: 'FORBIDDEN' });
    expect((await run(brokerage.context({ roles: ['ADMIN'] }), `mutation { ${field} }`)).errors).toEqual([]);
  });

  test('agents change leads; without a role nobody does', async () => {
    const brokerage = createBrokerage();
    expect((await run(brokerage.context({ roles: ['AGENT'] }), CREATE, { input: NEW })).errors).toEqual([]);
    expect((await run(brokerage.context({ roles: [] }), CREATE, { input: NEW })).errors[0]?.extensions).toEqual({ code: 'FORBIDDEN' });
  });
});

describe('bad input', () => {
  test.each([
    ['createLead(input: { email: "nobody" }) { id }', 'input.email'],
    ['createLead(input: {}) { id }', 'input.name'],
    ['createLead(input: { email: "a@b.co", preferences: { budgetMin: "2.00", budgetMax: "1.00" } }) { id }', 'input.preferences.budgetMax'],
    ['createLead(input: { email: "a@b.co" }, idempotencyKey: "") { id }', 'idempotencyKey'],
    ['updateLead(input: { leadId: "prop_1", firstName: "x" }) { id }', 'input.leadId'],
    ['updateLead(input: { leadId: "lead_1" }) { id }', 'input'],
    ['updateLead(input: { leadId: "lead_1", phone: "12" }) { id }', 'input.phone'],
    ['addNote(input: { leadId: "lead_1", text: " " }) { id }', 'input.text'],
    ['recordInteraction(input: { leadId: "lead_1", kind: MESSAGE_IN }) { id }', 'input.text'],
    ['recordInteraction(input: { leadId: "lead_1", kind: PROPERTY_VIEWED }) { id }', 'input.propertyId'],
    ['recordInteraction(input: { leadId: "lead_1", kind: PAGE_VIEW, at: "2036-01-01T00:00:00Z" }) { id }', 'input.at'],
    ['upsertProperty(input: { externalId: "1", price: "0", bedrooms: 1, bathrooms: 1, squareFeet: 1, propertyType: "x", zip: "1" }) { id }', 'input.price'],
  ])('%s gets an error that says where, and sends nothing', async (field, where) => {
    const brokerage = createBrokerage();
    const { errors } = await run(brokerage.context(), `mutation { ${field} }`);
    expect(errors[0]?.extensions).toEqual({ code: 'BAD_USER_INPUT', field: where });
    expect(brokerage.log).toEqual([]);
  });

  test.each(['{ budgetMax: "1e9" }', '{ budgetMax: "12.345" }', '{ budgetMax: 12.5 }', '{ budgetMax: "-1" }'])(
    'money is never guessed: %s',
    async (preferences) => {
      const answer = run(createBrokerage().context(), `mutation { createLead(input: { email: "a@b.co", preferences: ${preferences} }) { id } }`);
      await expect(answer).rejects.toThrow(/Decimal/);
    },
  );
});

test('what was done with a home notes down its price of then', async () => {
  const brokerage = createBrokerage();
  await brokerage.put(aHome('h1', { priceMinor: 41_000_000 }));
  const { errors } = await run(
    brokerage.context(),
    'mutation { recordInteraction(input: { leadId: "lead_ada", kind: PROPERTY_VIEWED, propertyId: "prop_h1" }) { id } }',
  );
  expect(errors).toEqual([]);
  expect(commandsOf(brokerage)[0]?.command).toMatchObject({ interaction: { kind: 'PROPERTY_VIEWED', priceMinor: 41_000_000, at: '2026-03-10T20:00:00.000Z' } });
});

test('a listing keeps its property, whoever lists it again and however often', async () => {
  const brokerage = createBrokerage();
  const list = (price: string) =>
    run(
      brokerage.context(),
      `mutation { upsertProperty(input: { externalId: " 77 ", price: "${price}", bedrooms: 1, bathrooms: 1.75, squareFeet: 900, propertyType: "Condo", zip: "98103" }) { entityId status leadId } }`,
    );
  const first = await list('500000');
  await brokerage.carryOut();
  brokerage.now = new Date('2026-04-01T00:00:00.000Z');
  expect((await list('490000')).data).toEqual(first.data);
  await brokerage.carryOut();
  const { data } = await run(brokerage.context(), '{ properties { edges { node { externalId price previousPrice listedAt version } } } }');
  expect(data).toEqual({
    properties: { edges: [{ node: { externalId: '77', price: '490000.00', previousPrice: '500000.00', listedAt: '2026-03-10T20:00:00.000Z', version: 2 } }] },
  });
});

test('timeline and score history tell what was recorded, newest first', async () => {
  const brokerage = createBrokerage();
  const { leadId } = receiptOf(await run(brokerage.context(), CREATE, { input: NEW }));
  for (const tag of ['one', 'two', 'three']) await run(brokerage.context(), `mutation { addTag(input: { leadId: "${leadId}", tag: "${tag}" }) { id } }`);
  await brokerage.carryOut();
  const PAGE = `query ($after: String) { lead(id: "${leadId}") { scoreHistory { value } timeline(first: 3, after: $after) { edges { cursor node { version type actor } } pageInfo { hasNextPage endCursor } } } }`;
  const first = await run(brokerage.context(), PAGE);
  const actor = 'ann';
  expect(first.data).toMatchObject({
    lead: {
      scoreHistory: [],
      timeline: { edges: [4, 3, 2].map((version) => ({ node: { version, type: 'TagsChanged', actor } })), pageInfo: { hasNextPage: true } },
    },
  });
  const after = (fieldOf(first, 'lead') as { timeline: { pageInfo: { endCursor: string } } }).timeline.pageInfo.endCursor;
  const second = await run(brokerage.context(), PAGE, { after });
  expect(second.data).toMatchObject({ lead: { timeline: { edges: [{ node: { version: 1, type: 'LeadCreated' } }], pageInfo: { hasNextPage: false } } } });
});

test('with the token of a change its timeline and scores have it, or the answer is that they cannot be read yet', async () => {
  const brokerage = createBrokerage();
  const { leadId } = receiptOf(await run(brokerage.context(), CREATE, { input: NEW }));
  await brokerage.carryOut();
  await run(brokerage.context(), `mutation { addTag(input: { leadId: "${leadId}", tag: "vip" }) { id } }`);
  const [receipt] = await brokerage.carryOut('APPLIED');
  const id = receipt?.streamId ?? makeId('lead', 'nobody');
  const consistencyToken = await brokerage.shared.tokens.sign(ACME, { streamId: id, version: receipt?.version ?? 0 });
  const ASK = `{ lead(id: "${leadId}") { version scoreHistory { value } timeline(first: 1) { edges { node { version } } } } }`;
  // Without a token what is there will do. With it the origin has the lead, and nobody has what was recorded about it.
  expect((await run(brokerage.context(), ASK)).data).toMatchObject({ lead: { version: 1, timeline: { edges: [{ node: { version: 1 } }] } } });
  for (const [text, context] of [
    [ASK, brokerage.context({}, { consistencyToken })],
    [ASK.replace(`"${leadId}"`, `"${leadId}", atLeast: "${consistencyToken}"`), brokerage.context()],
  ] as const) {
    const { errors } = await run(context, text);
    expect(errors?.map(({ extensions }) => extensions?.['code'])).toEqual(['UNAVAILABLE']);
  }
  const entry = { tenant: ACME, collection: 'timeline' as const, id, n: 2, doc: '{"version":2,"type":"TagsChanged","at":"2026-03-10T20:00:00.000Z"}' };
  await brokerage.ports.readModels.append([entry]);
  const { data } = await run(brokerage.context({}, { consistencyToken }), ASK);
  expect(data).toMatchObject({ lead: { version: 2, scoreHistory: [], timeline: { edges: [{ node: { version: 2 } }] } } });
});
