import { APIConnectionError, APIError } from '@anthropic-ai/sdk';
import { describe, expect, it } from 'vitest';
import { AiFailure, countsAgainstService } from '../../../platform/scoring/ai-failure.ts';
import { readAnswer } from '../../../platform/scoring/claude/answer.ts';
import { retryAfterMs, toAiFailure } from '../../../platform/scoring/claude/failure.ts';
import { mentionsProtected, usableText } from '../../../platform/scoring/claude/private-text.ts';
import { aLead } from '../../support/a-lead.ts';
import { STUB_ANSWER } from '../../support/claude-stub.ts';

const NOW_MS = Date.parse('2026-03-02T10:00:00Z');
const http = (status: number, headers: Record<string, string> = {}, error: object = {}) =>
  APIError.generate(status, { type: 'error', error: { type: 'x', message: 'why', ...error } }, undefined, new Headers(headers));

describe('failures of the AI', () => {
  it.each([
    [529, {}, 'UNAVAILABLE', true],
    [500, {}, 'UNAVAILABLE', true],
    [503, {}, 'UNAVAILABLE', true],
    [408, {}, 'UNAVAILABLE', true],
    [429, { 'retry-after': '7' }, 'LIMITED', false],
    [429, {}, 'SPENT', true],
    [402, {}, 'SPENT', true],
    [400, {}, 'REFUSED', false],
    [401, {}, 'REFUSED', false],
    [403, {}, 'REFUSED', false],
    [404, {}, 'REFUSED', false],
    [413, {}, 'REFUSED', false],
  ] as const)('HTTP %i %o is %s', (status, headers, kind, counts) => {
    const failure = toAiFailure(http(status, headers), NOW_MS);
    expect(failure).toMatchObject({ kind, status });
    expect(countsAgainstService(failure)).toBe(counts);
  });
  it('a spend limit is a spent budget, also with a time to wait', () => {
    expect(toAiFailure(http(429, { 'retry-after': '7' }, { details: { error_code: 'enforced_spend_limit_reached' } }), NOW_MS).kind).toBe('SPENT');
  });
  it('a broken connection counts; what was sorted before stays', () => {
    expect(toAiFailure(new APIConnectionError({ message: 'reset' }), NOW_MS).kind).toBe('UNAVAILABLE');
    const declined = new AiFailure('DECLINED', 'no');
    expect(toAiFailure(declined, NOW_MS)).toBe(declined);
  });
  it.each([
    ['7', 7_000],
    ['0', 0],
    ['Mon, 02 Mar 2026 10:00:30 GMT', 30_000],
    ['999999', 3_600_000],
    ['soon', undefined],
    ['', undefined],
    [null, undefined],
  ])('retry-after %j is %s ms', (header, expected) => {
    expect(retryAfterMs(header, NOW_MS)).toBe(expected);
  });
});

describe('an answer', () => {
  const said = (answer: object, stopReason = 'end_turn') => ({ stop_reason: stopReason, content: [{ type: 'text', text: JSON.stringify(answer) }] });
  it('is taken where it fits', () => {
    expect(readAnswer(said(STUB_ANSWER))).toEqual(STUB_ANSWER);
  });
  it.each([
    ['a score out of range', { score: 101 }],
    ['a score that is text', { score: '80' }],
    ['no number at all', { score: null }],
    ['a confidence out of range', { confidence: 2 }],
    ['no factors', { factors: [] }],
    ['an empty summary', { summary: ' ' }],
    ['something that was not asked for', { tier: 'HOT' }],
  ])('is invalid with %s', (_, change) => {
    expect(() => readAnswer(said({ ...STUB_ANSWER, ...change }))).toThrow(expect.objectContaining({ kind: 'INVALID_ANSWER' }));
  });
  it('never shows its text in the error', () => {
    expect(() => readAnswer({ stop_reason: 'end_turn', content: [{ type: 'text', text: 'Secret words' }] })).toThrow(/^invalid answer: not JSON$/);
  });
});

describe("a lead's own words", () => {
  it.each(['We have two kids.', 'Close to our church', 'good schools', 'a safe street', 'retired couple', 'single mother'])(
    'are not used where they speak of what is protected: %s',
    (text) => {
      expect(mentionsProtected(text)).toBe(true);
      expect(usableText(text, aLead())).toBeUndefined();
    },
  );
  it.each(['Single Family', 'multi-family home', 'Highly engaged lead', 'Lease ends in May', 'Needs a garage'])('are used otherwise: %s', (text) => {
    expect(mentionsProtected(text)).toBe(false);
  });
  it('stay within their length and keep prices', () => {
    expect(usableText('x'.repeat(10_000), aLead())).toHaveLength(400);
    expect(usableText('Up to $450,000 or 450000', aLead())).toBe('Up to $450,000 or 450000');
  });
});
