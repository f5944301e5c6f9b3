import { describe, expect, it } from 'vitest';
import { tenantId } from '../../../domain/ids.ts';
import { asReplay } from '../../../platform/dead-letters/as-replay.ts';
import { judgeReplay } from '../../../platform/dead-letters/judge-replay.ts';
import { parsePlace, placeOf } from '../../../platform/dead-letters/place.ts';
import { letterOf, unreadableLetter } from '../../support/memory-dead-letters.ts';
import { ACME, addNote, commandOf, leadId } from '../../support/worker-kit.ts';

const COMMAND = commandOf(addNote(leadId('ada'), 'x'), { lane: 'cold', trace: { traceparent: '00-1' } });

describe('a dead letter', () => {
  it('of a command can be tried again: it is the same command, and says who had it tried', () => {
    const letter = letterOf(COMMAND);
    const judgement = judgeReplay(letter);
    expect(judgement).toEqual({ command: COMMAND });
    expect(asReplay(COMMAND, letter.id, 'ann')).toEqual({ ...COMMAND, replay: { letter: 'dead_1', by: 'ann' } });
  });

  it('of a replay can be tried again, as what it is a letter of itself', () => {
    const again = asReplay(COMMAND, letterOf(COMMAND).id, 'ann');
    const letter = letterOf(again, 2);
    expect(judgeReplay(letter)).toEqual({ command: again });
    expect(asReplay(again, letter.id, 'bob').replay).toEqual({ letter: 'dead_2', by: 'bob' });
  });

  it('of a record that did not even say whose it is can be tried again once it can be read', () => {
    expect(judgeReplay(letterOf(COMMAND, 1, { tenant: null, streamId: null, commandId: null }))).toEqual({ command: COMMAND });
  });

  it.each([
    ['of an event', { original: { topic: 'leads.events.hot' } }, 'npm run rebuild'],
    ['of another topic', { original: { topic: 'leads.dead-letters' } }, 'leads.dead-letters'],
    ['whose lead was erased', { original: { value: null } }, 'erased'],
    ['that was cut', { original: { value: '{"schema', cutFrom: 500_000 } }, '8 of its 500000'],
    ['whose body is of another tenant', { tenant: tenantId('rival') }, 'another tenant'],
  ])('%s cannot, and says why', (_name, more, reason) => {
    expect(judgeReplay(letterOf(COMMAND, 1, more))).toEqual({ refusal: expect.stringContaining(reason) as string });
  });

  it.each(['{', 'null', '{"schema":2}', '\u0000', JSON.stringify({ ...COMMAND, streamId: 'x' })])('that still cannot be read (%s) cannot', (value) => {
    expect(judgeReplay(unreadableLetter(ACME, 1, value))).toEqual({ refusal: expect.stringContaining('cannot read it either') as string });
  });
});

describe('the place of a letter in the list', () => {
  it('comes back from its text', () => {
    const { at, id } = letterOf(COMMAND, 7);
    expect(parsePlace(placeOf({ at, id }))).toEqual({ at, id });
  });
  it.each([
    '',
    '|',
    '2026-03-10T20:00:00.000Z',
    '2026-02-30T20:00:00.000Z|dead_1',
    '2026-03-10T20:00:00Z|dead_1',
    '2026-03-10T20:00:00.000Z|lead_1',
    '2026-03-10T20:00:00.000Z|dead_1|x',
  ])('is none where the text is %j', (text) => expect(parsePlace(text)).toBeNull());
});
