import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { makeId, type LeadId } from '../../../domain/ids.ts';
import { systemClock } from '../../../platform/clock.ts';
import { createAiScorer } from '../../../platform/scoring/ai-scorer.ts';
import { silentLogger } from '../../../platform/telemetry/logger.ts';
import { scoringRole } from '../../../workers/scoring/role.ts';
import { startClaudeStub, type ClaudeStub } from '../../support/claude-stub.ts';
import { describeWithServices } from '../../support/services.ts';
import { startWorkerBench, TENANT, type WorkerBench } from '../../support/worker-bench.ts';

const WAIT = { timeout: 30_000, interval: 20 };
const id = (name: string): LeadId => makeId('lead', name);
const create = (leadId: LeadId) => ({
  streamId: leadId,
  command: {
    type: 'CreateLead',
    leadId,
    lead: { firstName: 'Ada', email: `${leadId}@example.com`, source: 'REFERRAL', intent: 'BUYER' },
    onExisting: 'REJECT',
  } as const,
});

describeWithServices('the scoring worker', ['postgres'], ({ postgres }) => {
  let stub: ClaudeStub;
  let bench: WorkerBench;

  beforeEach(async () => {
    stub = await startClaudeStub();
    const scorer = createAiScorer({
      apiKey: 'k',
      baseUrl: stub.url,
      model: 'm',
      timeoutMs: 10_000,
      retryAfterMs: 300,
      clock: systemClock,
      logger: silentLogger,
    });
    bench = await startWorkerBench(postgres.url, scorer, [scoringRole]);
  });
  afterEach(async () => {
    await bench.stop();
    await stub.stop();
  });

  const scoreOf = async (leadId: LeadId) => (await bench.lead(leadId))?.score;
  const untilScoredBy = (leadId: LeadId, source: string) => vi.waitUntil(async () => (await scoreOf(leadId))?.source === source, WAIT);

  it('scores a new lead by AI, from the version that it says', async () => {
    const ada = id('ada');
    await bench.send(create(ada));
    await untilScoredBy(ada, 'AI');
    const lead = await bench.lead(ada);
    expect(lead?.score).toMatchObject({ value: 82.5, tier: 'HOT', degraded: false });
    expect(lead?.insight).toMatchObject({ source: 'AI', summary: 'Ready and able to buy.' });
    expect(lead?.scoredVersion).toBe(1);
  });

  it('scores again what changes, once for a burst, and not its own scores', async () => {
    const ada = id('ada');
    const at = new Date().toISOString();
    await bench.send(create(ada));
    await untilScoredBy(ada, 'AI');
    await bench.send(
      ...Array.from({ length: 20 }, () => ({
        streamId: ada,
        command: { type: 'RecordInteraction', leadId: ada, interaction: { kind: 'PAGE_VIEW', at } } as const,
      })),
    );
    await vi.waitUntil(async () => {
      const lead = await bench.lead(ada);
      return lead?.engagement.pageViews === 20 && (lead.scoredVersion ?? 0) >= 21;
    }, WAIT);
    expect(stub.calls().length).toBeLessThan(15);
  });

  it('answers a request for a new score', async () => {
    const ada = id('ada');
    await bench.send(create(ada));
    await untilScoredBy(ada, 'AI');
    await stub.set('ok', { answer: { score: 40 } });
    await bench.send({ streamId: ada, command: { type: 'ScoreLead', leadId: ada } });
    await vi.waitUntil(async () => (await scoreOf(ada))?.value === 40, WAIT);
    expect((await bench.events(ada)).map(({ event }) => event.type)).toEqual(['LeadCreated', 'LeadScored', 'ScoringRequested', 'LeadScored']);
  });

  it('keeps scoring while the AI is down, says so, and scores the degraded leads again once it is back', async () => {
    await stub.set('down');
    const leads = Array.from({ length: 12 }, (_, n) => id(`lead-${n}`));
    await bench.send(...leads.map(create));
    for (const lead of leads) await untilScoredBy(lead, 'RULES');
    expect((await scoreOf(id('lead-0')))?.degraded).toBe(true);
    await vi.waitUntil(() => bench.workers.roles.get('scoring')?.health().facts['circuit'] === 'OPEN', WAIT);
    await stub.set('ok');
    // Nothing else happens to any lead: the worker itself tries the circuit and asks for all of them.
    for (const lead of leads) await untilScoredBy(lead, 'AI');
    expect(bench.workers.roles.get('scoring')?.health().facts['circuit']).toBe('CLOSED');
  });

  it('finds degraded leads when it starts', async () => {
    const ada = id('ada');
    await stub.set('bad-request');
    await bench.send(create(ada));
    await untilScoredBy(ada, 'RULES');
    await vi.waitUntil(async () => {
      const page = await bench.ports.readModels.list({
        tenant: TENANT,
        kind: 'lead',
        order: 'CREATED',
        direction: 'ASC',
        facets: ['degraded:1'],
        where: [],
        words: [],
        first: 5,
      });
      return page.items.length === 1;
    }, WAIT);
    await bench.workers.roles.get('scoring')?.stop();
    await stub.set('ok');
    const again = await scoringRole.start(bench.ports);
    await untilScoredBy(ada, 'AI');
    expect((await scoreOf(ada))?.degraded).toBe(false);
    await again.stop();
  });

  it('does not score a lead that was forgotten', async () => {
    const ada = id('ada');
    await stub.set('slow');
    await bench.send(create(ada));
    await vi.waitUntil(() => stub.hanging() === 1, WAIT);
    await bench.send({ streamId: ada, command: { type: 'EraseLead', leadId: ada } });
    await vi.waitUntil(async () => (await bench.lead(ada))?.erasedAt !== undefined, WAIT);
    await stub.set('ok');
    const bob = id('bob');
    await bench.send(create(bob));
    await untilScoredBy(bob, 'AI');
    expect((await bench.lead(ada))?.score).toBeUndefined();
  });

  it('stops at once while a call to the AI hangs, and the lead is scored by who comes next', async () => {
    const ada = id('ada');
    await stub.set('slow');
    await bench.send(create(ada));
    await vi.waitUntil(() => stub.hanging() === 1, WAIT);
    await bench.workers.roles.get('scoring')?.stop();
    expect(await scoreOf(ada)).toBeUndefined();
    await stub.set('ok');
    const again = await scoringRole.start(bench.ports);
    await untilScoredBy(ada, 'AI');
    await again.stop();
  });
});
