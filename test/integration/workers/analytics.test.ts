/** Boards move with their leads: what every worker did to a lead is counted once, and one process tells of it. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { LiveMessage } from '../../../platform/live-bus/live-bus.ts';
import { analyticsRole } from '../../../workers/analytics/role.ts';
import { commandHandlerRole } from '../../../workers/command-handler/role.ts';
import { projectorRole } from '../../../workers/projector/role.ts';
import { relayRole } from '../../../workers/relay/role.ts';
import { scoreOf } from '../../support/facts.ts';
import { describeWithServices } from '../../support/services.ts';
import { commandOf, createLead, leadId, startWorkerKit, WAIT, type WorkerKit } from '../../support/worker-kit.ts';

describeWithServices('the analytics worker', ['postgres'], ({ postgres }) => {
  let kit: WorkerKit;
  beforeEach(async () => {
    kit = await startWorkerKit(postgres.url);
    for (const role of [commandHandlerRole, relayRole, projectorRole]) await kit.start(role);
  });
  afterEach(() => kit.stop());

  const told = (): LiveMessage[] => kit.news.filter(({ kind }) => kind === 'board');
  /** What somebody knows who heard all of it. */
  const known = (): Record<string, number> =>
    Object.fromEntries(told().flatMap(({ figures = [] }) => figures.map(({ figure, value }) => [figure, value] as const)));
  const createLeads = (from: number, count: number) =>
    kit.send(...Array.from({ length: count }, (_, n) => commandOf(createLead(leadId(`lead-${from + n}`), `${from + n}@x.com`))));

  it('tells once a second at the most of all that changed, until what is told is what is there', async () => {
    await kit.start(analyticsRole);
    await createLeads(0, 40);
    await vi.waitFor(() => expect(known()).toMatchObject({ LEADS: 40 }), WAIT);
    const scores = Array.from({ length: 40 }, (_, n) =>
      commandOf({ type: 'RecordScore', leadId: leadId(`lead-${n}`), score: scoreOf(n < 10 ? 80 : 30), basedOnVersion: 1 }),
    );
    await kit.send(...scores);
    await vi.waitFor(() => expect(known()).toMatchObject({ HOT: 10, WARM: 0, COLD: 30, LEADS: 40 }), WAIT);
    const times = told().map(({ at }) => Date.parse(at));
    expect(times.slice(1).every((time, n) => time - (times[n] ?? 0) >= 990)).toBe(true);
  });

  it('is one at a time: another takes over where it stops, and tells the whole board anew', async () => {
    const first = await kit.start(analyticsRole);
    await vi.waitFor(() => expect(first.health().facts).toMatchObject({ leads: true }), WAIT);
    const second = await kit.start(analyticsRole, kit.newProcess());
    await createLeads(0, 3);
    await vi.waitFor(() => expect(known()).toMatchObject({ LEADS: 3 }), WAIT);
    expect(second.health()).toMatchObject({ ok: true, facts: { leads: false, told_total: 0 } });
    await first.stop();
    const before = told().length;
    await vi.waitFor(() => expect(told().length).toBeGreaterThan(before), WAIT);
    expect(told()[before]?.figures).toContainEqual({ figure: 'LEADS', value: 3, previous: null });
    expect(second.health().facts).toMatchObject({ leads: true });
  });

  it('goes on where views or bus were away, and says so meanwhile', async () => {
    const role = await kit.start(analyticsRole);
    await createLeads(0, 2);
    await vi.waitFor(() => expect(known()).toMatchObject({ LEADS: 2 }), WAIT);
    kit.outages.liveBus = true;
    await createLeads(2, 2);
    kit.outages.liveBus = false;
    await vi.waitFor(() => expect(known()).toMatchObject({ LEADS: 4 }), WAIT);
    expect(role.health()).toMatchObject({ ok: true });
  });
});
