import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fold } from '../../../domain/aggregate.ts';
import type { RecordedEvent } from '../../../domain/messages.ts';
import { foldOnward, rememberState } from '../../../workers/command-handler/states.ts';
import { created, scored, wrote } from '../../support/facts.ts';
import { LEAD, record } from '../../support/given.ts';

const someEvents = (count: number): RecordedEvent[] =>
  [created(), wrote('hello'), scored(40), wrote('again'), scored(80)].slice(0, count).map((event, at) => record(LEAD, at + 1, event));

describe('states that are remembered beside their events', () => {
  it('are what folding everything comes to, wherever it was looked before', () => {
    const looks = fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 8 });
    const isWhole = (counts: readonly number[]): void => {
      const events = someEvents(5);
      for (const count of counts) expect(foldOnward(events.slice(0, count))).toEqual(fold(events.slice(0, count)));
    };
    expect(() => fc.assert(fc.property(looks, isWhole))).not.toThrow();
  });

  it('are not folded again', () => {
    const events = someEvents(3);
    const state = foldOnward(events);
    expect(foldOnward([...events])).toBe(state);
  });

  it('belong to the events themselves, not to their places: what was undone is met no more', () => {
    const [first, undone] = [record(LEAD, 1, created()), record(LEAD, 2, wrote('undone'))];
    const after = fold([first, undone]);
    expect(after).not.toBeNull();
    if (after !== null) rememberState(undone, after, first);
    const instead = record(LEAD, 2, scored(40));
    expect(foldOnward([first, instead])).toEqual(fold([first, instead]));
  });

  it('are kept once for each stream: the one before makes room', () => {
    const events = someEvents(3);
    const [before, last] = [events.at(-2), events.at(-1)];
    const [old, state] = [foldOnward(events.slice(0, -1)), fold(events)];
    if (last === undefined || state === null) throw new Error('no events');
    rememberState(last, state, before);
    expect(foldOnward(events)).toBe(state);
    expect(foldOnward(events.slice(0, -1))).not.toBe(old);
    expect(foldOnward(events.slice(0, -1))).toEqual(old);
  });

  it('leave what cannot be folded to throw each time', () => {
    const broken = [record(LEAD, 1, created()), record(LEAD, 2, { type: 'FromTheFuture' } as never)];
    expect(() => foldOnward(broken)).toThrow(TypeError);
    expect(() => foldOnward(broken)).toThrow(TypeError);
  });
});
