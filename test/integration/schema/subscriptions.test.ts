import { afterEach, describe, expect, test, vi } from 'vitest';
import type { LiveMessage } from '../../../platform/live-bus/live-bus.ts';
import { createLiveFeed } from '../../../resolvers/live/live-feed.ts';
import { silentLogger } from '../../../platform/telemetry/logger.ts';
import { aLead } from '../../support/a-lead.ts';
import { ACME, RIVAL, createBrokerage, type Brokerage } from '../../support/brokerage.ts';
import { fieldOf, run, runSubscription, type LiveAnswers } from '../../support/execute.ts';
import { scoreOf } from '../../support/facts.ts';

const SCORES = `subscription ($filter: LeadScoreFilter, $after: String) {
  leadScoreChanged(filter: $filter, after: $after) { cursor lead { id version score { value } } previous score direction tierChanged at }
}`;
const ACTIVITY = 'subscription ($after: String) { activity(after: $after) { cursor id version events } }';

const open: LiveAnswers[] = [];
async function listen(brokerage: Brokerage, source: string, variables: Record<string, unknown> = {}, as = {}): Promise<LiveAnswers> {
  const answers = await runSubscription(brokerage.context(as), source, variables);
  open.push(answers);
  return answers;
}
afterEach(async () => {
  await Promise.all(open.splice(0).map((answers) => answers.return()));
});

async function aScore(brokerage: Brokerage, value: number, version: number, more: Partial<LiveMessage> & { readonly name?: string } = {}): Promise<void> {
  const { name = 'ada', ...message } = more;
  const lead = aLead({ name, version, score: scoreOf(value) });
  await brokerage.put(lead);
  await brokerage.publish({
    id: lead.id,
    version,
    events: ['LeadScored'],
    lead: { stage: 'NEW', tier: scoreOf(value).tier, agentId: 'agent_1' },
    score: { value, tier: scoreOf(value).tier, source: 'AI', previous: 40, previousTier: 'COLD' },
    ...message,
  });
}
const cursorOf = async (answers: LiveAnswers, name = 'activity'): Promise<string> => (fieldOf(await answers.next(), name) as { cursor: string }).cursor;

describe('leadScoreChanged', () => {
  test('tells of a new score, with the lead as it is then', async () => {
    const brokerage = createBrokerage();
    const answers = await listen(brokerage, SCORES);
    await aScore(brokerage, 72, 4);
    expect(await answers.next()).toMatchObject({
      data: {
        leadScoreChanged: {
          lead: { id: 'lead_ada', version: 4, score: { value: 72 } },
          previous: 40,
          score: 72,
          direction: 'UP',
          tierChanged: true,
          at: '2026-03-10T20:00:00.000Z',
        },
      },
    });
  });

  test.each([[{ leadIds: ['lead_other'] }], [{ tiers: ['HOT'] }], [{ minScore: 60 }], [{ agentId: 'agent_2' }]])(
    'tells only what the filter %j asks for',
    async (filter) => {
      const brokerage = createBrokerage();
      const answers = await listen(brokerage, SCORES, { filter });
      await aScore(brokerage, 55, 4);
      await aScore(brokerage, 90, 5, { name: 'other', lead: { stage: 'NEW', tier: 'HOT', agentId: 'agent_2' } });
      expect(await answers.next()).toMatchObject({ data: { leadScoreChanged: { lead: { id: 'lead_other' } } } });
    },
  );

  test('never tells of an older lead than the change: it is read where it is true', async () => {
    const brokerage = createBrokerage();
    const answers = await listen(brokerage, SCORES);
    await aScore(brokerage, 60, 4);
    await answers.next();
    // The read models lag: only the write model has version 5.
    const old = await brokerage.ports.readModels.get([{ tenant: ACME, kind: 'lead', id: 'lead_ada' }]);
    brokerage.ports.readModels.get = async () => old;
    await brokerage.put(aLead({ version: 5, score: scoreOf(80) }));
    await brokerage.publish({ id: 'lead_ada', version: 5, score: { value: 80, tier: 'HOT', source: 'AI' } });
    expect(await answers.next()).toMatchObject({ data: { leadScoreChanged: { lead: { version: 5, score: { value: 80 } }, direction: 'FIRST' } } });
  });

  test('goes on after a change that could not be read', async () => {
    const brokerage = createBrokerage();
    const answers = await listen(brokerage, SCORES);
    brokerage.outages.readModels = true;
    brokerage.outages.origin = true;
    await aScore(brokerage, 60, 4);
    expect((await answers.next())?.errors[0]?.extensions['code']).toBe('UNAVAILABLE');
    brokerage.outages.readModels = false;
    await aScore(brokerage, 61, 5);
    expect(await answers.next()).toMatchObject({ data: { leadScoreChanged: { score: 61 } } });
  });
});

describe('a subscriber that comes back with its cursor', () => {
  test('misses nothing and hears nothing twice, also of what comes meanwhile', async () => {
    const brokerage = createBrokerage();
    const before = await listen(brokerage, ACTIVITY);
    await brokerage.publish({ id: 'lead_1', version: 1 });
    const after = await cursorOf(before);
    await before.return();
    for (let version = 2; version <= 1_200; version++) await brokerage.publish({ id: 'lead_1', version });
    const answers = await listen(brokerage, ACTIVITY, { after });
    const versions: number[] = [];
    while (versions.length < 1_250) {
      if (versions.length === 10) for (let version = 1_201; version <= 1_251; version++) await brokerage.publish({ id: 'lead_1', version });
      const answer = await answers.next();
      versions.push((fieldOf(answer, 'activity') as { version: number }).version);
    }
    expect(versions).toEqual(Array.from({ length: 1_250 }, (_, n) => n + 2));
    // What waited while it caught up was told from the past already.
    await brokerage.publish({ id: 'lead_1', version: 1_252 });
    expect(await answers.next()).toMatchObject({ data: { activity: { version: 1_252 } } });
  });

  test('is told to reload where older news are gone, and from where to go on', async () => {
    const brokerage = createBrokerage();
    await brokerage.publish({ id: 'lead_1', version: 1 });
    const answers = await listen(brokerage, ACTIVITY, { after: '000000000000001-0000000000' });
    const told = await answers.next();
    expect(told?.data).toBeNull();
    expect(told?.errors[0]?.extensions).toEqual({ code: 'RELOAD_REQUIRED', cursor: await brokerage.bus.latest(brokerage.context().identity.tenant) });
    expect(await answers.next()).toBeNull();
  });

  test('from viewer.liveCursor hears everything since that answer', async () => {
    const brokerage = createBrokerage();
    await brokerage.publish({ id: 'lead_1', version: 1 });
    const answer = await run(brokerage.context(), '{ viewer { liveCursor } }');
    await brokerage.publish({ id: 'lead_1', version: 2 });
    const answers = await listen(brokerage, ACTIVITY, { after: (fieldOf(answer, 'viewer') as { liveCursor: string }).liveCursor });
    expect(await answers.next()).toMatchObject({ data: { activity: { version: 2 } } });
  });
});

describe('nobody is harmed by another subscriber', () => {
  test('one that does not read is ended with the cursor to resume from, the others go on', async () => {
    const brokerage = createBrokerage();
    const slow = await listen(brokerage, ACTIVITY);
    await brokerage.publish({ id: 'lead_1', version: 1 });
    const cursor = await cursorOf(slow);
    const quick = await listen(brokerage, ACTIVITY);
    for (let version = 2; version <= 1_102; version++) {
      await brokerage.publish({ id: 'lead_1', version });
      await quick.next();
    }
    const told = await slow.next();
    expect(told?.errors[0]?.extensions).toEqual({ code: 'RESUME_REQUIRED', cursor });
    expect(await slow.next()).toBeNull();
    await brokerage.publish({ id: 'lead_1', version: 1_103 });
    expect(await quick.next()).toMatchObject({ data: { activity: { version: 1_103 } } });
    const back = await listen(brokerage, ACTIVITY, { after: cursor });
    expect(await back.next()).toMatchObject({ data: { activity: { version: 2 } } });
  });

  test('another brokerage hears nothing', async () => {
    const brokerage = createBrokerage();
    const rival = await listen(brokerage, ACTIVITY, {}, { tenant: RIVAL });
    await brokerage.publish({ id: 'lead_1', version: 1 });
    await brokerage.publish({ tenant: RIVAL, id: 'lead_2', version: 1 });
    expect(await rival.next()).toMatchObject({ data: { activity: { id: 'lead_2' } } });
  });

  test('another brokerage cannot follow its lead or its command', async () => {
    const brokerage = createBrokerage();
    await brokerage.put(aLead());
    const receipt = await run(brokerage.context(), 'mutation { addTag(input: { leadId: "lead_ada", tag: "x" }) { id } }');
    const { id } = fieldOf(receipt, 'addTag') as { id: string };
    const followed = await listen(brokerage, 'subscription ($id: ID!) { commandUpdated(id: $id) { status } }', { id }, { tenant: RIVAL });
    expect((await followed.next())?.errors[0]?.extensions).toEqual({ code: 'NOT_FOUND' });
    expect(await followed.next()).toBeNull();
  });
});

describe('an end', () => {
  test('comes at once for one that waits, and leaves nothing behind', async () => {
    const brokerage = createBrokerage();
    const answers = await listen(brokerage, ACTIVITY);
    const waiting = answers.next();
    expect(brokerage.shared.feed.subscribers()).toBe(1);
    await answers.return();
    expect(await waiting).toBeNull();
    expect(brokerage.shared.feed.subscribers()).toBe(0);
  });

  test('of the process tells every subscriber where to resume', async () => {
    const brokerage = createBrokerage();
    const answers = await listen(brokerage, ACTIVITY);
    await brokerage.publish({ id: 'lead_1', version: 1 });
    const cursor = await cursorOf(answers);
    const waiting = answers.next();
    await brokerage.shared.close();
    expect((await waiting)?.errors[0]?.extensions).toEqual({ code: 'RESUME_REQUIRED', cursor });
    expect(await answers.next()).toBeNull();
    await expect(listen(brokerage, ACTIVITY)).rejects.toMatchObject({ message: 'this process is stopping' });
  });
});

describe('the other subscriptions', () => {
  test('leadChanged follows one lead', async () => {
    const brokerage = createBrokerage();
    const answers = await listen(brokerage, 'subscription { leadChanged(id: "lead_ada") { version events lead { id } } }');
    await brokerage.publish({ id: 'lead_other', version: 1 });
    await aScore(brokerage, 60, 4);
    expect((await answers.next())?.data).toEqual({ leadChanged: { version: 4, events: ['LeadScored'], lead: { id: 'lead_ada' } } });
  });

  test('alertRaised tells of homes that suit', async () => {
    const brokerage = createBrokerage();
    const answers = await listen(brokerage, 'subscription { alertRaised { lead { id } alerts { propertyId property { id } score message } } }');
    const alerts = [{ propertyId: 'prop_1', score: 88, message: 'A new home suits.' }];
    await aScore(brokerage, 60, 4, { score: undefined });
    await aScore(brokerage, 60, 5, { alerts });
    expect((await answers.next())?.data).toEqual({ alertRaised: { lead: { id: 'lead_ada' }, alerts: [{ ...alerts[0], property: null }] } });
  });

  test('commandUpdated tells the receipt as it is, then each step, then ends', async () => {
    const brokerage = createBrokerage();
    await brokerage.put(aLead());
    const sent = await run(brokerage.context(), 'mutation { addTag(input: { leadId: "lead_ada", tag: "x" }) { id } }');
    const answers = await listen(brokerage, 'subscription ($id: ID!) { commandUpdated(id: $id) { status version } }', {
      id: (fieldOf(sent, 'addTag') as { id: string }).id,
    });
    expect((await answers.next())?.data).toEqual({ commandUpdated: { status: 'ACCEPTED', version: null } });
    await brokerage.carryOut();
    expect((await answers.next())?.data).toMatchObject({ commandUpdated: { status: 'VISIBLE', version: 4 } });
    expect(await answers.next()).toBeNull();
    expect(brokerage.shared.feed.subscribers()).toBe(0);
  });
});

test('the live bus that cannot be reached is tried again by the next subscriber', async () => {
  const brokerage = createBrokerage();
  const { bus } = brokerage;
  let up = false;
  const flaky = { ...bus, subscribe: (...args: Parameters<typeof bus.subscribe>) => (up ? bus.subscribe(...args) : Promise.reject(new Error('down'))) };
  const feed = createLiveFeed(flaky, silentLogger);
  const options = { accept: () => true };
  const { tenant } = brokerage.context().identity;
  await expect(feed.open(tenant, options)).rejects.toMatchObject({ extensions: { code: 'UNAVAILABLE' } });
  up = true;
  const stream = await feed.open(tenant, options);
  await brokerage.publish({ id: 'lead_1', version: 1 });
  expect(await stream.next()).toMatchObject({ value: { id: 'lead_1' } });
  await feed.close();
});

test('where nothing lives between requests the bus is followed for as long as somebody wants its news, and nothing is taken on trust', async () => {
  const brokerage = createBrokerage();
  const { bus } = brokerage;
  const { tenant } = brokerage.context().identity;
  const followed: string[] = [];
  const counted = {
    ...bus,
    async subscribe(...args: Parameters<typeof bus.subscribe>) {
      const subscription = await bus.subscribe(...args);
      followed.push('begun');
      return { ...subscription, stop: () => subscription.stop().finally(() => followed.push('ended')) };
    },
  };
  const feed = createLiveFeed(counted, silentLogger, { listens: false });
  expect([feed.isTrusted(), followed]).toEqual([false, []]);
  for (const version of [1, 2]) {
    const [one, other] = [await feed.open(tenant, { accept: () => true }), await feed.listen(tenant, () => undefined)];
    await brokerage.publish({ id: 'lead_1', version });
    expect(await one.next()).toMatchObject({ value: { version } });
    expect(feed.isTrusted()).toBe(false);
    await one.return?.();
    other();
    await vi.waitFor(() => expect(followed).toHaveLength(2 * version));
  }
  expect(followed).toEqual(['begun', 'ended', 'begun', 'ended']);
});

describe('a client that reconnects by Last-Event-ID', () => {
  test('resumes there, although it repeats the `after` of its first request', async () => {
    const brokerage = createBrokerage();
    const live = await listen(brokerage, ACTIVITY);
    const cursors: string[] = [];
    for (const version of [1, 2, 3]) {
      await aScore(brokerage, 50 + version, version);
      cursors.push(await cursorOf(live));
    }
    const [first = '', second = '', third] = cursors;
    const answers = await runSubscription(brokerage.context({}, { lastEventId: second }), ACTIVITY, { after: first });
    open.push(answers);
    expect(await cursorOf(answers)).toBe(third);
  });
});
