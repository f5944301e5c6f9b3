/** What the clients know of the leads that they made, and what they may read. */
import type { Random } from '../../../scripts/demo/random.ts';

export interface KnownLead {
  readonly id: string;
  /** The newest version that a receipt told of. */
  version: number;
  /** Somebody asked for it to be erased: nothing more is sent to it. */
  erased: boolean;
  /** Teams of watchers that follow it: as long as there are any, commands go on being sent to it. */
  watched: number;
}
/** A receipt that said VISIBLE, for the readers. */
export interface VisibleChange {
  readonly leadId: string;
  readonly version: number;
  readonly token: string | null;
}

export interface World {
  add(id: string): KnownLead;
  /** Newer ones more often; undefined while there are none. */
  anyLead(random: Random): KnownLead | undefined;
  /** One of those that came last; undefined while there are none. */
  newestLead(random: Random): KnownLead | undefined;
  lead(id: string): KnownLead | undefined;
  sawVisible(change: VisibleChange): void;
  anyVisible(random: Random): VisibleChange | undefined;
}

/** Leads that commands are sent to; older ones are left alone, so that a lead gets tens of commands, not thousands. */
const ACTIVE_MAX = 400;
const NEWEST = 50;
const VISIBLE_MAX = 500;

export function createWorld(): World {
  const active: KnownLead[] = [];
  const byId = new Map<string, KnownLead>();
  const visible: VisibleChange[] = [];
  const oneOf = <T>(items: readonly T[], random: Random): T | undefined => items[random.between(0, items.length - 1)];
  return {
    add(id) {
      const known = byId.get(id);
      if (known !== undefined) return known;
      const lead = { id, version: 0, erased: false, watched: 0 };
      byId.set(id, lead);
      active.push(lead);
      if (active.length > ACTIVE_MAX) {
        const oldest = active.findIndex(({ watched }) => watched === 0);
        for (const { id: left } of active.splice(Math.max(0, oldest), 1)) byId.delete(left);
      }
      return lead;
    },
    anyLead(random) {
      const lead = oneOf(active, random);
      return lead === undefined || lead.erased ? oneOf(active.filter(({ erased }) => !erased).slice(-20), random) : lead;
    },
    newestLead: (random) => oneOf(active.filter(({ erased }) => !erased).slice(-NEWEST), random),
    lead: (id) => byId.get(id),
    sawVisible(change) {
      visible.push(change);
      if (visible.length > VISIBLE_MAX) visible.shift();
    },
    anyVisible: (random) => oneOf(visible, random),
  };
}
