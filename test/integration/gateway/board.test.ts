/** The board over HTTP: as new as the leads that it is made of, and told of while it moves. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../../platform/clock.ts';
import { createBoards, type Boards } from '../../../workers/analytics/boards.ts';
import { aLead, type LeadTraits } from '../../support/a-lead.ts';
import { ACME, RIVAL } from '../../support/brokerage.ts';
import { scoreOf } from '../../support/facts.ts';
import { startWatchedGateway, type WatchedGateway } from '../../support/watching.ts';

const BOARD = `query Board($range: BoardRange) { board(range: $range) {
  range from to leads tiers { tier count change } pipelineValue newLeads answers answersInTime meanAnswerMinutes won lost conversion
  days { day newLeads hot warm cold answers answersInTime won lost }
} }`;
const CHANGES = 'subscription Changes($after: String) { boardChanged(after: $after) { cursor at figures { figure value previous } board { leads } } }';
const WAIT = { timeout: 10_000 };

const open: WatchedGateway[] = [];
afterEach(() => Promise.all(open.splice(0).map((gateway) => gateway.stop())));

async function start() {
  const gateway = await startWatchedGateway();
  open.push(gateway);
  const { ports, bus } = gateway.brokerage;
  const boards: Boards = createBoards({ readModels: ports.readModels, liveBus: bus, clock: systemClock });
  await bus.subscribe((message) => boards.heard(message));
  const today = new Date().toISOString();
  const change = async (traits: LeadTraits): Promise<void> => {
    const lead = aLead({ createdAt: today, ...traits });
    await gateway.brokerage.put(lead);
    await bus.publish([{ tenant: lead.tenant, kind: 'lead', id: lead.id, version: lead.version, at: today, events: ['LeadScored'] }]);
  };
  /** Of the same moment as the change before: it stands nowhere else in any list. */
  const changeInPlace = async (traits: LeadTraits): Promise<void> => {
    const [lead, lists] = [aLead({ createdAt: today, ...traits }), { kept: [''], left: [], joined: [], moved: [] }];
    await gateway.brokerage.put(lead);
    await bus.publish([{ tenant: lead.tenant, kind: 'lead', id: lead.id, version: lead.version, at: today, events: ['LeadUpdated'], lists }]);
  };
  const ask = async (query: string, variables: object = {}, token?: string) => {
    const response = await fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token ?? (await gateway.token())}` },
      body: JSON.stringify({ query, variables }),
    });
    return (await response.json()) as { data?: { board: Record<string, unknown> }; errors?: { extensions: Record<string, unknown> }[] };
  };
  return { gateway, boards, change, changeInPlace, ask, today };
}

describe('the board', () => {
  it('counts the leads as they are, at the latest once the news of a change are heard', async () => {
    const { change, ask, today } = await start();
    expect((await ask(BOARD)).data?.board).toMatchObject({ range: 'DAYS_7', leads: 0, pipelineValue: '0.00', conversion: null });
    for (let n = 0; n < 10; n++) {
      await change({ name: `l${n}`, version: 1, score: scoreOf(n < 3 ? 80 : 30) });
      expect((await ask(BOARD)).data?.board).toMatchObject({ leads: n + 1 });
    }
    await change({ name: 'l0', version: 2, score: scoreOf(30) });
    const board = (await ask(BOARD, { range: 'TODAY' })).data?.board;
    expect(board).toMatchObject({
      range: 'TODAY',
      from: today.slice(0, 10),
      to: today.slice(0, 10),
      leads: 10,
      tiers: [
        { tier: 'HOT', count: 2 },
        { tier: 'WARM', count: 0 },
        { tier: 'COLD', count: 8 },
      ],
      pipelineValue: '4500000.00',
      newLeads: 10,
      days: [{ newLeads: 10, hot: 2, warm: 0, cold: 8 }],
    });
  });

  it('moves with a change that moves its lead in no list', async () => {
    const { change, changeInPlace, ask } = await start();
    await change({ version: 1, score: scoreOf(80) });
    const pipelineValue = async () => (await ask(BOARD)).data?.board['pipelineValue'];
    const before = await pipelineValue();
    await changeInPlace({ version: 2, score: scoreOf(80), stage: 'LOST' });
    expect([before, await pipelineValue()]).toEqual(['450000.00', '0.00']);
  });

  it('is answered from kept bytes while no lead changes', async () => {
    const { gateway, change, ask } = await start();
    await change({ version: 1 });
    await ask(BOARD);
    await ask(BOARD);
    const before = gateway.brokerage.calls.filter((call) => call === 'totals').length;
    for (let n = 0; n < 20; n++) await ask(BOARD);
    expect(gateway.brokerage.calls.filter((call) => call === 'totals').length).toBe(before);
  });

  it('is one brokerage’s own', async () => {
    const { gateway, change, ask } = await start();
    await change({ version: 1 });
    const token = await gateway.token({ tenant: RIVAL });
    expect((await ask(BOARD, {}, token)).data?.board).toMatchObject({ leads: 0 });
    expect((await ask(BOARD)).data?.board).toMatchObject({ leads: 1 });
  });

  it('that cannot be read is UNAVAILABLE, and nothing is made up', async () => {
    const { gateway, ask } = await start();
    gateway.brokerage.outages.readModels = true;
    const { data, errors } = await ask(BOARD);
    expect(data ?? null).toBeNull();
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'UNAVAILABLE', retryAfter: 2 });
  });
});

describe('boardChanged', () => {
  it('tells what changed since it was told last, once for many changes, and the whole board as it is then', async () => {
    const { gateway, boards, change } = await start();
    const watcher = await gateway.watch(CHANGES);
    for (let n = 0; n < 30; n++) await change({ name: `l${n}`, version: 1, score: scoreOf(80) });
    await boards.tell();
    await vi.waitFor(() => expect(watcher.news()).toHaveLength(1), WAIT);
    await change({ name: 'l0', version: 2, score: scoreOf(60) });
    await boards.tell();
    await vi.waitFor(() => expect(watcher.news()).toHaveLength(2), WAIT);
    const [first, second] = watcher.news();
    expect(first).toMatchObject({ board: { leads: 30 }, figures: expect.arrayContaining([{ figure: 'HOT', value: 30, previous: null }]) });
    expect(second).toMatchObject({
      board: { leads: 30 },
      figures: [
        { figure: 'HOT', value: 29, previous: 30 },
        { figure: 'WARM', value: 1, previous: 0 },
      ],
    });
  });

  it('resumes behind a cursor: no change of the board is missed, none is told twice', async () => {
    const { gateway, boards, change } = await start();
    const watcher = await gateway.watch(CHANGES);
    await change({ name: 'a', version: 1 });
    await boards.tell();
    await vi.waitFor(() => expect(watcher.news()).toHaveLength(1), WAIT);
    watcher.leave();
    for (const name of ['b', 'c']) {
      await change({ name, version: 1 });
      await boards.tell();
    }
    const back = await gateway.watch(CHANGES, {}, { lastEventId: watcher.lastId() });
    await vi.waitFor(() => expect(back.news()).toHaveLength(2), WAIT);
    const leads = back
      .news()
      .flatMap(({ figures }) => (figures as { figure: string; value: number; previous: number }[]).filter(({ figure }) => figure === 'LEADS'));
    expect(leads).toEqual([
      { figure: 'LEADS', value: 2, previous: 1 },
      { figure: 'LEADS', value: 3, previous: 2 },
    ]);
  });

  it('is no activity, and tells no other brokerage', async () => {
    const { gateway, boards, change } = await start();
    const activity = await gateway.watch('subscription { activity { cursor id } }');
    const rival = await gateway.watch(CHANGES, {}, { token: await gateway.token({ tenant: RIVAL }) });
    await change({ version: 1 });
    await boards.tell();
    await change({ tenant: ACME, name: 'b', version: 1 });
    await vi.waitFor(() => expect(activity.news()).toHaveLength(2), WAIT);
    expect(activity.news().map(({ id }) => id)).toEqual(['lead_ada', 'lead_b']);
    expect(rival.news()).toEqual([]);
  });
});
