import { afterEach, describe, expect, it, vi } from 'vitest';
import type { ClaudeStubMode } from '../../support/claude-stub.ts';
import { aLead } from '../../support/a-lead.ts';
import { openCircuit, scorerKit } from './scorer-kit.ts';

const MINUTE_MS = 60_000;
const WAIT = { timeout: 10_000, interval: 10 };
/** Only the date is faked: sockets and timers stay real. */
function travel(ms: number): void {
  const target = Date.now() + ms;
  vi.useFakeTimers({ toFake: ['Date'] });
  vi.setSystemTime(target);
}
afterEach(() => vi.useRealTimers());

describe('the circuit to the AI', () => {
  it('scores by AI while the service is well, and says what it used', async () => {
    const { stub, scorer, score } = await scorerKit();
    const { score: given, insight, usage } = await score();
    expect(given).toMatchObject({ value: 82.5, confidence: 0.9, tier: 'HOT', source: 'AI', degraded: false, modelVersion: 'claude-stub-1' });
    expect(insight).toMatchObject({ source: 'AI', degraded: false, nextBestAction: 'Call today and offer two tours.' });
    expect(usage).toEqual({ inputTokens: 429, outputTokens: 460 });
    expect(scorer.status()).toEqual({ name: 'claude-haiku-4-5', circuit: 'CLOSED', calls: { ai: 1, rules: 0, stale: 0, failed: 0 } });
    expect(stub.calls()).toHaveLength(1);
  });

  it.each<ClaudeStubMode>(['overloaded', 'error', 'garbage', 'wrong', 'truncated', 'drop'])('opens after five failures in a row: %s', async (mode) => {
    const kit = await scorerKit();
    await kit.stub.set(mode);
    await openCircuit(kit);
    expect(kit.stub.calls()).toHaveLength(5);
    expect(kit.circuits).toEqual(['OPEN']);
    expect(kit.scorer.status().calls).toMatchObject({ ai: 0, failed: 5 });
    expect(kit.scorer.status().lastError).not.toBe('');
  });

  it('opens after five refused connections', async () => {
    const kit = await scorerKit();
    await kit.stub.set('down');
    await openCircuit(kit);
    expect(kit.scorer.status().calls.failed).toBe(5);
  });

  it('begins to count again after a success', async () => {
    const kit = await scorerKit();
    await kit.stub.set('garbage');
    for (let i = 0; i < 4; i += 1) await kit.score();
    await kit.stub.set('ok');
    expect((await kit.score()).score.source).toBe('AI');
    await kit.stub.set('garbage');
    for (let i = 0; i < 4; i += 1) await kit.score();
    expect(kit.scorer.status().circuit).toBe('CLOSED');
    await kit.score();
    expect(kit.scorer.status().circuit).toBe('OPEN');
  });

  it('asks nobody while it is open, and answers all the same', async () => {
    const kit = await scorerKit();
    await kit.stub.set('overloaded');
    await openCircuit(kit);
    await kit.stub.set('ok');
    const asked = kit.stub.calls().length;
    const { score } = await kit.score();
    expect(score).toMatchObject({ source: 'RULES', degraded: true });
    expect(kit.stub.calls()).toHaveLength(asked);
  });

  it('says when it tries again, tries then, and is well again', async () => {
    const kit = await scorerKit();
    await kit.stub.set('overloaded');
    await openCircuit(kit);
    const retryAtMs = Date.parse(kit.scorer.status().retryAt ?? '');
    expect(retryAtMs).toBeGreaterThan(Date.now() + MINUTE_MS - 10_000);
    await kit.stub.set('ok');
    travel(MINUTE_MS - 15_000);
    expect((await kit.score()).score.source).toBe('RULES');
    travel(30_000);
    expect((await kit.score()).score.source).toBe('AI');
    expect(kit.circuits).toEqual(['OPEN', 'HALF_OPEN', 'CLOSED']);
    expect(kit.scorer.status().retryAt).toBeUndefined();
    expect(kit.scorer.status().lastError).toBeUndefined();
  });

  it('opens again where the trial fails', async () => {
    const kit = await scorerKit();
    await kit.stub.set('garbage');
    await openCircuit(kit);
    travel(MINUTE_MS + 1_000);
    await kit.score();
    expect(kit.circuits).toEqual(['OPEN', 'HALF_OPEN', 'OPEN']);
    expect(kit.stub.calls()).toHaveLength(6);
  });

  it('lets one call try it and answers the others at once meanwhile', async () => {
    const kit = await scorerKit();
    await kit.stub.set('garbage');
    await openCircuit(kit);
    await kit.stub.set('slow');
    travel(MINUTE_MS + 1_000);
    const trial = kit.score();
    await vi.waitUntil(() => kit.stub.hanging() === 1, WAIT);
    expect(kit.scorer.status().circuit).toBe('HALF_OPEN');
    expect((await kit.score()).score.source).toBe('RULES');
    await kit.stub.set('ok');
    expect((await trial).score.source).toBe('AI');
    expect(kit.scorer.status().circuit).toBe('CLOSED');
  });

  it('stays open where the caller of the trial gave up', async () => {
    const kit = await scorerKit();
    await kit.stub.set('garbage');
    await openCircuit(kit);
    await kit.stub.set('slow');
    travel(MINUTE_MS + 1_000);
    const caller = new AbortController();
    const trial = kit.score(aLead(), caller.signal);
    await vi.waitUntil(() => kit.stub.hanging() === 1, WAIT);
    caller.abort(new Error('gave up'));
    await expect(trial).rejects.toThrow('gave up');
    expect(kit.scorer.status().circuit).toBe('OPEN');
  });

  it('counts calls without an answer in time, and answers them by the rules', async () => {
    const kit = await scorerKit({ timeoutMs: 400 });
    await kit.stub.set('slow');
    const scored = await Promise.all(Array.from({ length: 5 }, () => kit.score()));
    expect(scored.map(({ score }) => score.source)).toEqual(Array.from({ length: 5 }, () => 'RULES'));
    await vi.waitUntil(() => kit.scorer.status().circuit === 'OPEN', WAIT);
    expect(kit.stub.calls()).toHaveLength(5);
    expect(kit.scorer.status().lastError).toBe('no answer within 400 ms');
  });

  it('lets nothing pile up behind a slow service: some are asked, some wait, the rest is answered at once', async () => {
    const kit = await scorerKit();
    await kit.stub.set('slow');
    const all = Array.from({ length: 100 }, () => kit.score());
    const first = await Promise.race(all);
    expect(first.score.source).toBe('RULES');
    await vi.waitUntil(() => kit.scorer.status().calls.rules === 60, WAIT);
    await vi.waitUntil(() => kit.stub.hanging() === 8, WAIT);
    expect(kit.stub.calls()).toHaveLength(8);
    await kit.stub.set('ok');
    const sources = (await Promise.all(all)).map(({ score }) => score.source);
    expect(sources.filter((source) => source === 'AI')).toHaveLength(40);
  });
});

describe('a limit', () => {
  it('is no failure: calls are answered by the rules until retry-after has passed', async () => {
    const kit = await scorerKit();
    await kit.stub.set('limited', { retryAfter: '20' });
    for (let i = 0; i < 10; i += 1) expect((await kit.score()).score).toMatchObject({ source: 'RULES', degraded: true });
    expect(kit.stub.calls()).toHaveLength(1);
    expect(kit.circuits).toEqual([]);
    expect(kit.scorer.status()).toMatchObject({ circuit: 'CLOSED', calls: { failed: 1 } });
    expect(Date.parse(kit.scorer.status().retryAt ?? '')).toBeGreaterThan(Date.now());
    await kit.stub.set('ok');
    travel(21_000);
    expect(kit.scorer.status().retryAt).toBeUndefined();
    expect((await kit.score()).score.source).toBe('AI');
  });
});

describe('a spent budget', () => {
  it('opens the circuit for an hour and is reported', async () => {
    const kit = await scorerKit();
    await kit.stub.set('spent');
    await kit.score();
    expect(kit.circuits).toEqual(['OPEN']);
    expect(kit.errors).toHaveLength(1);
    await kit.stub.set('ok');
    travel(30 * MINUTE_MS);
    expect((await kit.score()).score.source).toBe('RULES');
    travel(31 * MINUTE_MS);
    expect((await kit.score()).score.source).toBe('AI');
  });
});

describe('calls that are our own mistake', () => {
  it.each<ClaudeStubMode>(['unauthorized', 'bad-request'])('never open the circuit and are reported once: %s', async (mode) => {
    const kit = await scorerKit();
    await kit.stub.set(mode);
    for (let i = 0; i < 8; i += 1) expect((await kit.score()).score.source).toBe('RULES');
    expect(kit.stub.calls()).toHaveLength(8);
    expect(kit.circuits).toEqual([]);
    expect(kit.errors).toHaveLength(1);
    expect(kit.scorer.status().lastError).toContain('HTTP 40');
  });

  it('a declined answer is no failure of the service either', async () => {
    const kit = await scorerKit();
    await kit.stub.set('refusal');
    for (let i = 0; i < 8; i += 1) await kit.score();
    expect(kit.circuits).toEqual([]);
  });

  it('an answer that rests on what fair housing forbids is not taken', async () => {
    const kit = await scorerKit();
    await kit.stub.set('ok', { answer: { reasons: ['A growing family near good schools.'] } });
    expect((await kit.score()).score.source).toBe('RULES');
  });
});

describe('an earlier score', () => {
  const earlier = (hours: number, source: 'AI' | 'STALE' | 'RULES' = 'AI') => {
    const scoredAt = new Date(Date.now() - hours * 3_600_000).toISOString();
    return aLead({
      score: { value: 64, confidence: 0.8, tier: 'WARM', source, factors: [], reasons: ['earlier'], modelVersion: 'claude-1', scoredAt, degraded: false },
      insight: { source, degraded: false, summary: 'earlier analysis', risks: [], opportunities: [], at: scoredAt },
    });
  };

  it.each(['AI', 'STALE'] as const)('by %s, younger than a day, is served again, marked STALE, with the time of its making', async (source) => {
    const kit = await scorerKit();
    await kit.stub.set('error');
    const lead = earlier(23, source);
    const { score, insight } = await kit.score(lead);
    expect(score).toEqual({ ...lead.score, source: 'STALE', degraded: true });
    expect(insight).toMatchObject({ summary: 'earlier analysis', source: 'STALE', degraded: true });
    expect(kit.scorer.status().calls.stale).toBe(1);
  });

  it('is not served once it is a day old, nor where it was the rules', async () => {
    const kit = await scorerKit();
    await kit.stub.set('error');
    expect((await kit.score(earlier(24))).score).toMatchObject({ source: 'RULES', degraded: true });
    expect((await kit.score(earlier(1, 'RULES'))).score).toMatchObject({ source: 'RULES', degraded: true, reasons: expect.not.arrayContaining(['earlier']) });
  });
});
