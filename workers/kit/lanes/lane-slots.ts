/**
 * Who of the lanes works now. Pure: it knows no clock and waits for nothing, it only calls `enter` when it is a lane's turn.
 *
 * Each lane has a share of the slots that is always there for it: within it nobody waits, not even while others have borrowed the slots.
 * What a lane does not use is lent to whoever waits, the fastest first. At the worst all slots but one are lent when the owners come, and not quite
 * twice as many work for the length of one slice: a borrower gets no further slot before there is one to lend. And while a lane works, those
 * behind it borrow little, so that it has the thread and the database nearly for itself; as soon as it is done they may have everything again.
 */
import { LANES, type Lane } from '../../../domain/messages.ts';

export type Shares = Readonly<Record<Lane, number>>;

export interface LaneSlotsOptions {
  /** Slots that are each lane's own, at least one; together they are all slots. */
  readonly shares: Shares;
  /** Slots that the lanes behind one that works may borrow, all together. */
  readonly borrowedBesideMax: number;
  /** True where the lane works in other slots that matter as much as these. Default: it never does. */
  readonly worksElsewhere?: (lane: Lane) => boolean;
}

export interface LaneSlots {
  /** Calls `enter` when the lane gets a slot, at once where it can. The answer gives up waiting; after `enter` it does nothing. */
  request(lane: Lane, enter: () => void): () => void;
  /** Gives back a slot that `enter` told of. */
  leave(lane: Lane): void;
  inUse(lane: Lane): number;
}

export function createLaneSlots({ shares, borrowedBesideMax, worksElsewhere = () => false }: LaneSlotsOptions): LaneSlots {
  const running: Record<Lane, number> = { hot: 0, warm: 0, cold: 0 };
  const lines: Readonly<Record<Lane, Set<() => void>>> = { hot: new Set(), warm: new Set(), cold: new Set() };
  const slots = sum(LANES.map((lane) => shares[lane]));

  const borrowed = (lanes: readonly Lane[]): number => sum(lanes.map((lane) => Math.max(0, running[lane] - shares[lane])));
  const works = (lane: Lane): boolean => running[lane] > 0 || worksElsewhere(lane);
  const isBeside = (lane: Lane): boolean => fasterThan(lane).some(works);
  const mayEnter = (lane: Lane): boolean => {
    if (running[lane] < shares[lane]) return true;
    if (sum(Object.values(running)) >= slots) return false;
    return !isBeside(lane) || borrowed(LANES.filter(isBeside)) < borrowedBesideMax;
  };
  const admit = (): void => {
    for (const lane of LANES) {
      for (const enter of lines[lane]) {
        if (!mayEnter(lane)) break;
        lines[lane].delete(enter);
        running[lane] += 1;
        enter();
      }
    }
  };
  return {
    request(lane, enter) {
      // Two requests with one function are two places in the line.
      const place = (): void => enter();
      lines[lane].add(place);
      admit();
      return () => void lines[lane].delete(place);
    },
    leave(lane) {
      running[lane] -= 1;
      admit();
    },
    inUse: (lane) => running[lane],
  };
}

/** From the fastest on. */
export const fasterThan = (lane: Lane): readonly Lane[] => LANES.slice(0, LANES.indexOf(lane));

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);
