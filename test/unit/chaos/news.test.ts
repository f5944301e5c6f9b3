/** Promise 8 on records made by hand: a gap, a result that comes twice and two that change places are found, and what a reload excuses is not. */
import { describe, expect, it } from 'vitest';
import type { Follow, FollowEntry } from '../../chaos/history.ts';
import { events, LEAD, verdict } from './run-kit.ts';

const cursor = (number: number): string => `000000000000002-${String(number).padStart(10, '0')}`;
const told = (version: number): FollowEntry => ({ what: 'told', cursor: cursor(version), version, events: [events[version - 1]?.event.type ?? ''] });
const reload = (version: number): FollowEntry => ({ what: 'reload', cursor: cursor(version) });
const state = (version: number | null): FollowEntry => ({ what: 'state', version });
const BEGIN = [reload(0), state(null)];
const WHOLE = [...BEGIN, told(1), told(2), told(3)];
const follow = (entries: readonly FollowEntry[], watcher = 'w1', toTheEnd = true): Follow => ({
  watcher,
  transport: 'sse',
  leadId: LEAD,
  entries: [...entries],
  toTheEnd,
});
const found = (...follows: readonly Follow[]): string[] =>
  verdict({ recorded: { follows } }).map(({ promise, what, ids }) => `${promise}: ${what} (${ids[1]})`);

describe('promise 8', () => {
  it('holds where everybody is told everything once', () => {
    expect(found(follow(WHOLE), follow([...BEGIN, told(1), { what: 'resume', cursor: cursor(1) }, told(2), told(3)], 'w2'))).toEqual([]);
  });

  it('is broken by a gap that others saw filled', () => {
    expect(found(follow(WHOLE, 'w1'), follow([...BEGIN, told(1), told(3)], 'w2', false))).toEqual(['8: a watcher missed a change that others heard of (w2)']);
  });

  it('is broken by a gap that nobody saw filled, where somebody stays to the end', () => {
    expect(found(follow([...BEGIN, told(1), told(3)]))).toEqual(['8: a watcher was never told of an event (w1)']);
  });

  it('is broken where the newest change never comes', () => {
    expect(found(follow([...BEGIN, told(1), told(2)]))).toEqual([
      '8: a watcher never heard of the newest change (w1)',
      '8: a watcher was never told of an event (w1)',
    ]);
  });

  it('is broken by what comes twice', () => {
    expect(found(follow([...BEGIN, told(1), told(2), told(2), told(3)]))).toEqual(['8: a watcher was told of a change twice (w1)']);
  });

  it('is broken by two that change places', () => {
    expect(found(follow(WHOLE), follow([...BEGIN, told(1), told(3), told(2)], 'w2'))).toEqual(['8: a watcher was told of changes in another order (w2)']);
  });

  it('is broken by what lies before the place where a watcher was told to go on', () => {
    expect(found(follow([reload(2), state(3), told(2)]))).toEqual(['8: a watcher was told of changes in another order (w1)']);
  });

  it('holds where a reload stands in the gap, and only for what it has read again', () => {
    expect(found(follow(WHOLE), follow([...BEGIN, told(1), reload(2), state(2), told(3)], 'w2'))).toEqual([]);
    expect(found(follow([...BEGIN, told(1), reload(3), state(3)]))).toEqual([]);
    expect(found(follow([...BEGIN, told(1), reload(3), state(2)]))).toEqual([
      '8: a watcher never heard of the newest change (w1)',
      '8: a watcher was never told of an event (w1)',
    ]);
  });

  it('asks nothing behind the last word of a watcher that left', () => {
    expect(found(follow(WHOLE), follow([...BEGIN, told(1)], 'w2', false))).toEqual([]);
  });
});
