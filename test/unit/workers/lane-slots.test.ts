import { array, assert, boolean, constantFrom, property, record } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LANES, type Lane } from '../../../domain/messages.ts';
import { createLaneSlots, type LaneSlots } from '../../../workers/kit/lanes/lane-slots.ts';

const SHARES = { hot: 6, warm: 3, cold: 1 };
const make = (worksElsewhere: (lane: Lane) => boolean = () => false): LaneSlots => createLaneSlots({ shares: SHARES, borrowedBesideMax: 2, worksElsewhere });

/** Requests this many slots and remembers who got in, in order. */
function enter(slots: LaneSlots, lane: Lane, count: number, entered: Lane[] = []): Lane[] {
  for (let n = 0; n < count; n += 1) slots.request(lane, () => entered.push(lane));
  return entered;
}
const inUse = (slots: LaneSlots): number[] => LANES.map((lane) => slots.inUse(lane));

describe('the slots of the lanes', () => {
  it('lends unused shares: alone, every lane may have all slots', () => {
    for (const lane of LANES) expect(enter(make(), lane, 50)).toHaveLength(10);
  });

  it('lets a hot batch in although cold ones have borrowed every slot', () => {
    const slots = make();
    enter(slots, 'cold', 50);
    expect(enter(slots, 'hot', 50)).toHaveLength(6);
    expect(enter(slots, 'warm', 50)).toHaveLength(3);
    expect(inUse(slots)).toEqual([6, 3, 10]);
  });

  it('gives borrowers no further slot before there is one to lend', () => {
    const slots = make();
    const hot = enter(slots, 'hot', 50);
    enter(slots, 'warm', 3);
    enter(slots, 'cold', 1);
    expect(inUse(slots)).toEqual([10, 3, 1]);
    for (let n = 0; n < 4; n += 1) slots.leave('hot');
    expect([hot.length, slots.inUse('hot')]).toEqual([10, 6]);
    slots.leave('hot');
    expect([hot.length, slots.inUse('hot')]).toEqual([11, 6]);
  });

  it('lends little to those behind a lane that works, and everything again as soon as it is done', () => {
    const slots = make();
    const cold = enter(slots, 'cold', 100);
    enter(slots, 'hot', 1);
    for (let n = 0; n < 7; n += 1) slots.leave('cold');
    expect([cold.length, slots.inUse('cold')]).toEqual([10, 3]);
    slots.leave('cold');
    expect([cold.length, slots.inUse('cold')]).toEqual([11, 3]);
    slots.leave('hot');
    expect(slots.inUse('cold')).toBe(10);
  });

  it('lets cold move while hot never ends', () => {
    const slots = make();
    enter(slots, 'hot', 1_000);
    expect(inUse(slots)).toEqual([10, 0, 0]);
    const cold = enter(slots, 'cold', 100);
    for (let n = 0; n < 50; n += 1) {
      slots.leave('hot');
      slots.leave('cold');
    }
    expect(cold).toHaveLength(51);
  });

  it('lends to the fastest that waits', () => {
    const slots = make();
    enter(slots, 'hot', 10);
    const entered: Lane[] = [];
    enter(slots, 'cold', 2, entered);
    enter(slots, 'warm', 4, entered);
    enter(slots, 'hot', 1, entered);
    expect(entered).toEqual(['cold', 'warm', 'warm', 'warm']);
    for (let n = 0; n < 5; n += 1) slots.leave('hot');
    expect(entered.slice(4)).toEqual(['hot']);
    slots.leave('hot');
    slots.leave('hot');
    expect(entered.slice(5)).toEqual(['warm', 'cold']);
  });

  it('minds a lane that works in other slots', () => {
    let works = true;
    const slots = make((lane) => works && lane === 'hot');
    const cold = enter(slots, 'cold', 50);
    expect(cold).toHaveLength(3);
    works = false;
    slots.leave('cold');
    expect([cold.length, slots.inUse('cold')]).toEqual([11, 10]);
  });

  it('forgets who gave up waiting, and does not mind who gives up too late', () => {
    const slots = make();
    const entered: string[] = [];
    const giveUpFirst = slots.request('cold', () => entered.push('first'));
    enter(slots, 'cold', 9);
    const giveUpSecond = slots.request('cold', () => entered.push('second'));
    slots.request('cold', () => entered.push('third'));
    giveUpFirst();
    giveUpSecond();
    slots.leave('cold');
    expect(entered).toEqual(['first', 'third']);
  });

  it('holds in every order of events: nobody waits within his share, nor the fastest while a slot is free', () => {
    const step = record({ lane: constantFrom(...LANES), leaves: boolean() });
    assert(
      property(array(step, { maxLength: 200 }), (steps) => {
        const slots = make();
        const requested = { hot: 0, warm: 0, cold: 0 };
        const entered = { hot: 0, warm: 0, cold: 0 };
        for (const { lane, leaves } of steps) {
          if (leaves && slots.inUse(lane) > 0) slots.leave(lane);
          else if (!leaves) {
            requested[lane] += 1;
            slots.request(lane, () => (entered[lane] += 1));
          }
          const waiting = LANES.filter((each) => requested[each] > entered[each]);
          for (const each of waiting) expect(slots.inUse(each)).toBeGreaterThanOrEqual(SHARES[each]);
          expect(waiting.includes('hot') && inUse(slots).reduce((a, b) => a + b) < 10).toBe(false);
        }
      }),
    );
  });
});
