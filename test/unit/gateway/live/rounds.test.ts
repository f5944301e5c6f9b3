import { describe, expect, it, vi } from 'vitest';
import type { Batch } from '../../../../gateway/live/frame.ts';
import { DEFAULT_MEMBER_LIMITS, Member } from '../../../../gateway/live/member.ts';
import { Portion, ReadyFrames } from '../../../../gateway/live/portion.ts';
import { createRounds } from '../../../../gateway/live/rounds.ts';

const MEMBERS = 10;
const ignore = (): void => undefined;

/** Somebody whose connection takes everything at once. */
const aMember = (write: (batch: Batch) => void): Member =>
  new Member({
    sink: { write, beat: ignore, waitingBytes: () => 0, whenTaken: (then) => then(), end: ignore },
    cursor: '',
    catchesUp: false,
    expiresAtMs: Infinity,
    token: '',
    limits: DEFAULT_MEMBER_LIMITS,
    onEnd: ignore,
  });

/** Portions of one group, and what each of them was told in each of its turns. */
function aGroup(portions: number, membersAtOnce = MEMBERS, joinMs = 0) {
  const ready = new ReadyFrames();
  const told: { readonly portion: number; readonly texts: string[]; readonly atMs: number }[] = [];
  const rounds = createRounds(membersAtOnce);
  let afterTurns: { readonly count: number; readonly happens: () => void } | undefined;
  const all = Array.from({ length: portions }, (_, number) => {
    const portion = new Portion(ready, { rounds, joinMs, elapsedMs: () => 0, onDelivered: ignore });
    const tell = ({ frames }: Batch): void => {
      told.push({ portion: number, texts: frames.map(({ text }) => text), atMs: performance.now() });
      if (told.length === afterTurns?.count) afterTurns.happens();
    };
    portion.members = [aMember(tell), ...Array.from({ length: MEMBERS - 1 }, () => aMember(ignore))];
    return portion;
  });
  const happen = (text: string): void => {
    ready.add({ text, cursor: text, about: undefined, isWhole: true });
    for (const portion of all) portion.askForTurn();
  };
  const textsOf = (number: number) => told.filter(({ portion }) => portion === number).map(({ texts }) => texts);
  /** In the midst of a round, however fast it is. */
  const happenAfter = (count: number, ...texts: string[]): void => void (afterTurns = { count, happens: () => texts.forEach(happen) });
  return { all, ready, told, happen, happenAfter, textsOf };
}

describe('a round of all who are to be told', () => {
  it('serves so many at a time, and takes what is ready meanwhile to those behind them', async () => {
    const { happen, happenAfter, told, textsOf } = aGroup(3);
    happenAfter(1, 'b');
    happen('a');
    await vi.waitUntil(() => told.length === 4);
    expect([0, 1, 2].map(textsOf)).toEqual([[['a'], ['b']], [['a', 'b']], [['a', 'b']]]);
  });

  it('is one for those of all groups: the next one begins where everybody was served', async () => {
    const { happen, happenAfter, told } = aGroup(4, 2 * MEMBERS);
    happenAfter(2, 'b');
    happen('a');
    await vi.waitUntil(() => told.length === 6);
    expect(told.map(({ portion }) => portion)).toEqual([0, 1, 2, 3, 0, 1]);
  });

  it('joins what is ready within a moment of the last results', async () => {
    const { happen, happenAfter, told, textsOf } = aGroup(1, MEMBERS, 40);
    happenAfter(1, 'b', 'c');
    happen('a');
    await vi.waitUntil(() => told.length === 2);
    expect(textsOf(0)).toEqual([['a'], ['b', 'c']]);
    expect((told[1]?.atMs ?? 0) - (told[0]?.atMs ?? 0)).toBeGreaterThan(35);
  });

  it('forgets results once all have heard them', async () => {
    const { happen, ready, all, told } = aGroup(2);
    happen('a');
    await vi.waitUntil(() => told.length === 2);
    ready.forget(Math.min(...all.map(({ heard }) => heard)));
    expect(all.map(({ heardAll }) => heardAll)).toEqual([true, true]);
    expect(ready.batchFrom(1).frames).toEqual([]);
    happen('b');
    expect(ready.batchFrom(1).frames.map(({ text }) => text)).toEqual(['b']);
  });
});
