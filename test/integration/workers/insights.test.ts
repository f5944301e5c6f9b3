/** What the AI says of a lead for somebody who waits for it: one question for all, through the circuit, kept as the lead's score. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { systemClock } from '../../../platform/clock.ts';
import { createHttpInsights } from '../../../platform/origin/http-insights.ts';
import { createAiScorer } from '../../../platform/scoring/ai-scorer.ts';
import type { Insights } from '../../../platform/scoring/insights.ts';
import { silentLogger } from '../../../platform/telemetry/logger.ts';
import { commandHandlerRole } from '../../../workers/command-handler/role.ts';
import { serveHttp } from '../../../workers/kit/http.ts';
import { createInsights } from '../../../workers/origin/insights.ts';
import { createOriginRole } from '../../../workers/origin/role.ts';
import { startClaudeStub, type ClaudeStub } from '../../support/claude-stub.ts';
import { describeWithServices } from '../../support/services.ts';
import { ACME, commandOf, createLead, leadId, startWorkerKit, WAIT, type WorkerKit } from '../../support/worker-kit.ts';

const TOKEN = 'a-token-for-origins';
const ADA = leadId('ada');

describeWithServices('insights', ['postgres'], ({ postgres }) => {
  let kit: WorkerKit;
  let stub: ClaudeStub;
  let served: { readonly url: string; close(): Promise<void> };
  /** In the worker's process, and over HTTP as a gateway asks. */
  let ways: Readonly<Record<'in process' | 'over HTTP', Insights>>;

  beforeEach(async () => {
    stub = await startClaudeStub();
    const options = { apiKey: 'k', baseUrl: stub.url, model: 'm', timeoutMs: 10_000, retryAfterMs: 60_000, clock: systemClock, logger: silentLogger };
    kit = await startWorkerKit(postgres.url, { scorer: createAiScorer(options) });
    await kit.start(commandHandlerRole);
    const created = commandOf(createLead(ADA, 'ada@example.com'));
    await kit.send(created);
    await kit.outcomes([created]);
    const role = await kit.start(createOriginRole(TOKEN));
    const answer = async (request: Parameters<NonNullable<typeof role.answer>>[0]) => (await role.answer?.(request)) ?? { status: 404, body: '' };
    served = await serveHttp({ host: '127.0.0.1', port: 0, logger: silentLogger, answer });
    ways = { 'in process': createInsights(kit.ports), 'over HTTP': createHttpInsights({ url: served.url, token: TOKEN }) };
  });
  afterEach(async () => {
    await served.close();
    await kit.stop();
    await stub.stop();
  });

  const waiting = () => new AbortController();

  it.each(['in process', 'over HTTP'] as const)('are the AI’s words, recorded as the lead’s score, %s', async (way) => {
    expect(await ways[way].insight(ACME, ADA, waiting().signal)).toMatchObject({ source: 'AI', degraded: false, summary: 'Ready and able to buy.' });
    await vi.waitFor(async () => expect((await kit.lead(ADA))?.score).toMatchObject({ source: 'AI', value: 82.5 }), WAIT);
    expect((await kit.lead(ADA))?.insight?.summary).toBe('Ready and able to buy.');
  });

  it('are one question for all who wait at a time', async () => {
    await stub.set('slow');
    const all = Array.from({ length: 5 }, () => ways['in process'].insight(ACME, ADA, waiting().signal));
    await vi.waitFor(() => expect(stub.hanging()).toBe(1), WAIT);
    await stub.set('ok');
    expect((await Promise.all(all)).map((insight) => insight?.summary)).toEqual(Array.from({ length: 5 }, () => 'Ready and able to buy.'));
    expect(stub.calls()).toHaveLength(1);
  });

  it.each(['in process', 'over HTTP'] as const)('end the question once the last who waited has left, and not before, %s', async (way) => {
    await stub.set('slow');
    const [first, second] = [waiting(), waiting()];
    const both = [first, second].map(({ signal }) => ways[way].insight(ACME, ADA, signal));
    const settled = Promise.allSettled(both);
    await vi.waitFor(() => expect(stub.hanging()).toBe(1), WAIT);
    first.abort();
    await expect(both[0]).rejects.toThrow('abort');
    expect(stub.hanging()).toBe(1);
    second.abort();
    await vi.waitFor(() => expect(stub.hanging()).toBe(0), WAIT);
    expect((await settled).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect((await kit.lead(ADA))?.score).toBeUndefined();
  });

  it('are null where the AI says nothing, and no guess of ours is recorded', async () => {
    await stub.set('unauthorized');
    expect(await ways['over HTTP'].insight(ACME, ADA, waiting().signal)).toBeNull();
    expect(await kit.events(ADA)).toHaveLength(1);
  });

  it('are null for a lead that is not there, or is another brokerage’s', async () => {
    expect(await ways['over HTTP'].insight(ACME, leadId('nobody'), waiting().signal)).toBeNull();
    const rival = createHttpInsights({ url: served.url, token: TOKEN });
    expect(await rival.insight('rival' as typeof ACME, ADA, waiting().signal)).toBeNull();
    expect(stub.calls()).toEqual([]);
  });

  it('cannot be had with another token', async () => {
    await expect(createHttpInsights({ url: served.url, token: 'another' }).insight(ACME, ADA, waiting().signal)).rejects.toThrow('401');
  });
});
