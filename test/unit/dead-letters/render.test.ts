import { describe, expect, it } from 'vitest';
import { pageOf, printable, tableOf } from '../../../scripts/dead-letters/render.ts';
import { letterOf, unreadableLetter } from '../../support/memory-dead-letters.ts';
import { ACME, addNote, commandOf, leadId } from '../../support/worker-kit.ts';

const COMMAND = commandOf(addNote(leadId('ada'), 'x'));
const REPLAYED = { replays: 2, replayedAt: '2026-03-11T00:00:00.000Z', replayedBy: 'ann' };

describe('dead letters as text', () => {
  it('are a table whose columns stand below one another', () => {
    const [titles = '', first = '', second = ''] = tableOf([letterOf(COMMAND, 1, REPLAYED), unreadableLetter(null, 12, '{')]).split('\n');
    expect(titles).toMatch(/^PUT ASIDE +TENANT +TYPE +ABOUT +IN THE LOG +TRIES +REPLAYED +ID +REASON$/);
    expect(first).toMatch(
      /^2026-03-10T20:01:00\.000Z +acme +AddNote +lead_ada +leads\.commands\.hot\/0@1 +3 +2x 2026-03-11T00:00:00\.000Z +dead_1 +the command could not be stored$/,
    );
    expect(second).toMatch(/^2026-03-10T20:00:00\.000Z +- +- +- +leads\.commands\.hot\/0@12 +1 +- +dead_12 +not JSON at position 1$/);
    for (const title of ['TENANT', 'TYPE', 'ID', 'REASON']) {
      const at = titles.indexOf(`${title}${title === 'REASON' ? '' : ' '}`);
      for (const line of [first, second]) expect([line[at - 1], line[at] === ' ']).toEqual([' ', false]);
    }
  });

  it('are cut to a line in the table', () => {
    const [, line = ''] = tableOf([letterOf(COMMAND, 1, { reason: `a\nb ${'x'.repeat(500)}` })]).split('\n');
    expect(line).toMatch(/ {2}a·b x{95}…$/);
  });

  it('are whole on a page of their own, with what became of the command', () => {
    const page = pageOf({ letter: letterOf(COMMAND, 1, REPLAYED), receipt: { status: 'REJECTED', error: { code: 'CONFLICT', message: 'too late' } } });
    expect(page).toContain('replayed         2 times, last 2026-03-11T00:00:00.000Z by ann');
    expect(page).toContain('the command now  REJECTED: too late');
    expect(page).toContain('in the log       leads.commands.hot/0@1, since 2026-03-10T20:01:00.000Z, key acme:lead_ada');
    expect(JSON.parse(page.slice(page.indexOf('{')))).toEqual(COMMAND);
  });

  it('say where the record is not whole, or gone', () => {
    expect(pageOf({ letter: unreadableLetter(ACME, 1, '{ "a'), receipt: null })).toMatch(/the command now {2}-\n\n\{ "a$/);
    expect(pageOf({ letter: letterOf(COMMAND, 1, { original: { value: '{"sch', cutFrom: 900 } }), receipt: null })).toMatch(
      /The first 5 of 900 characters of the record:\n\{"sch$/,
    );
    expect(pageOf({ letter: letterOf(COMMAND, 1, { original: { value: null } }), receipt: null })).toMatch(/gone: its lead was erased\.$/);
  });

  it('move no cursor and turn no text around', () => {
    expect(printable('a\u001b[2Jb\r\n\u0000\u009b1m\u202ec')).toBe('a·[2Jb····1m·c');
    expect(pageOf({ letter: letterOf(COMMAND, 1, { original: { value: '{"a":"\u009b1m\\u001b"}' } }), receipt: null })).toContain('"a": "·1m\\u001b"');
  });
});
