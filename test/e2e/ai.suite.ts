/** Scores while the AI comes and goes: always an answer, always marked for what it is, never invented. */
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import type { Api } from '../support/api.ts';
import { startClaudeStub, STUB_ANSWER, type ClaudeStub } from '../support/claude-stub.ts';
import { DEADLINE } from '../support/program.ts';
import { startSystem, type System, type SystemSize } from '../support/system.ts';
import { ADD_NOTE, carryOut, CREATE_LEAD, listLeads, readLead, untilScored, type Score } from './leads.ts';

/** domain.md: what the rules say of a lead of whom nothing is known. */
const NOTHING_KNOWN = 21.67;
const FAILURES_TO_OPEN = 5;
const RULES = { source: 'RULES', degraded: true, value: NOTHING_KNOWN } as const;
const AI = { source: 'AI', degraded: false, value: STUB_ANSWER.score, reasons: STUB_ANSWER.reasons } as const;
const STALE = { ...AI, source: 'STALE', degraded: true } as const;
/** What it says once it is back: another score, so that old and new can be told apart. */
const ANSWER_LATER = { score: 64.25, reasons: ['Asked again and still keen.'] };
const AI_LATER = { ...AI, value: ANSWER_LATER.score, reasons: ANSWER_LATER.reasons } as const;

/** All that the AI and the rules ever said. */
const SAID: Readonly<Record<Score['source'], readonly number[]>> = {
  AI: [STUB_ANSWER.score, ANSWER_LATER.score],
  STALE: [STUB_ANSWER.score, ANSWER_LATER.score],
  RULES: [NOTHING_KNOWN],
};

const RECORD =
  'mutation ($input: RecordInteractionInput!, $key: String, $wait: WaitFor) { receipt: recordInteraction(input: $input, idempotencyKey: $key, wait: $wait) { id status leadId version error { code field } } }';

export function aiSuite(size: SystemSize): void {
  let stub: ClaudeStub;
  let system: System;
  let api: Api;
  let count = 0;
  /** Leads that the AI scored while it was up. */
  let scored: string[] = [];

  beforeAll(async () => {
    stub = await startClaudeStub();
    const env = { ANTHROPIC_API_KEY: 'a key', ANTHROPIC_BASE_URL: stub.url, AI_TIMEOUT_MS: '400', AI_RETRY_AFTER_MS: '1500' };
    system = await startSystem(size, { env });
    api = await system.api();
  });
  afterAll(async () => {
    await system?.stop();
    await stub?.stop();
  });
  beforeEach(({ onTestFailed }) => onTestFailed(() => console.error(system.logs())));

  /** Of whom nothing is known but a name. */
  const newLead = async (): Promise<string> => (await carryOut(api, CREATE_LEAD, { firstName: `Lead${++count}` })).leadId;
  const newLeads = (number: number): Promise<string[]> => Promise.all(Array.from({ length: number }, newLead));
  const writesToUs = (leadId: string) => carryOut(api, RECORD, { leadId, kind: 'PAGE_VIEW', url: 'https://example.com/homes' });
  const circuit = async (): Promise<string> => (await api.data<{ health: { scoringCircuit: string } }>('{ health { scoringCircuit } }')).health.scoringCircuit;
  const untilCircuit = (state: string): Promise<void> => vi.waitFor(async () => expect(await circuit()).toBe(state), DEADLINE);
  const isFrom = (source: Score['source']) => (score: Score) => score.source === source;

  it('say AI while it answers', async () => {
    scored = await newLeads(3);
    for (const id of scored) expect(await untilScored(api, id)).toMatchObject(AI);
    expect(await circuit()).toBe('CLOSED');
  });

  it('come at once from the rules, or from the AI of before, while it is down; and the circuit shows it', async () => {
    await stub.set('down');
    const fresh = await newLeads(FAILURES_TO_OPEN);
    for (const id of fresh) expect(await untilScored(api, id)).toMatchObject(RULES);
    await Promise.all(scored.map(writesToUs));
    for (const id of scored) expect(await untilScored(api, id, isFrom('STALE'))).toMatchObject(STALE);
    await untilCircuit('OPEN');
    expect(await unhealthyFacts()).toContain('connect');
  });

  it('are of the AI again, for every lead, once it is back', async () => {
    await stub.set('ok', { answer: ANSWER_LATER });
    await untilCircuit('CLOSED');
    for (const { id } of await listLeads(api)) expect(await untilScored(api, id, isFrom('AI'))).toMatchObject(AI_LATER);
  });

  it('do not wait for an AI that does not answer', async () => {
    await stub.set('slow');
    const first = await newLead();
    await vi.waitFor(() => expect(stub.hanging()).toBeGreaterThan(0), DEADLINE);
    // The AI hangs; commands and queries go on.
    await carryOut(api, ADD_NOTE, { leadId: first, text: 'goes on' });
    expect(await readLead(api, first)).toMatchObject({ id: first });
    const fresh = [first, ...(await newLeads(FAILURES_TO_OPEN))];
    for (const id of fresh) expect(await untilScored(api, id)).toMatchObject(RULES);
    await untilCircuit('OPEN');
  });

  it('hold nothing that neither the AI nor the rules said', async () => {
    await stub.set('ok', { answer: ANSWER_LATER });
    const leads = await listLeads(api);
    for (const { id } of leads) expect(await untilScored(api, id, isFrom('AI'))).toMatchObject(AI_LATER);
    const HISTORY = 'query ($id: ID!) { lead(id: $id) { scoreHistory(first: 100) { value source modelVersion } } }';
    for (const { id } of leads) {
      const { lead } = await api.data<{ lead: { scoreHistory: Pick<Score, 'value' | 'source' | 'modelVersion'>[] } }>(HISTORY, { id });
      expect(lead.scoreHistory.length).toBeGreaterThan(0);
      for (const { value, source } of lead.scoreHistory) expect(SAID[source]).toContain(value);
    }
  });

  /** What the scoring worker says of the AI's last failure. */
  async function unhealthyFacts(): Promise<string> {
    const { health } = await api.data<{ health: { components: { component: string; facts: { name: string; value: string }[] }[] } }>(
      '{ health { components { component facts { name value } } } }',
    );
    return JSON.stringify(health.components.find(({ component }) => component === 'scoring')?.facts).toLowerCase();
  }
}
