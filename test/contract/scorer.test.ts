import { afterAll, beforeAll } from 'vitest';
import { systemClock } from '../../platform/clock.ts';
import { createAiScorer } from '../../platform/scoring/ai-scorer.ts';
import { createRulesScorer } from '../../platform/scoring/rules-scorer.ts';
import { silentLogger } from '../../platform/telemetry/logger.ts';
import { startClaudeStub, type ClaudeStub } from '../support/claude-stub.ts';
import { scorerSuite } from './scorer.suite.ts';

let up: ClaudeStub;
let down: ClaudeStub;

beforeAll(async () => {
  up = await startClaudeStub();
  down = await startClaudeStub();
  await down.set('down');
});
afterAll(async () => {
  await up.stop();
  await down.stop();
});

const claudeAt = (stub: ClaudeStub) =>
  createAiScorer({ apiKey: 'k', baseUrl: stub.url, model: 'm', timeoutMs: 5_000, retryAfterMs: 60_000, clock: systemClock, logger: silentLogger });

scorerSuite('the rules', createRulesScorer, ['RULES']);
scorerSuite('Claude', () => claudeAt(up), ['AI']);
scorerSuite('Claude that cannot be reached', () => claudeAt(down), ['RULES']);
