/** Which lane work travels in (docs, "The domain"): HOT or a new lead hot, WARM warm, COLD and bulk cold. Lanes change when, never what. */
import { isLead, type Aggregate } from './aggregate.ts';
import type { Command, Lane } from './messages.ts';
import type { Tier } from './scoring/score.ts';

const LANE_OF_TIER: Readonly<Record<Tier, Lane>> = { HOT: 'hot', WARM: 'warm', COLD: 'cold' };

/** The lane of a lead's work. Without a tier the lead is new: nobody knows yet that it can wait. */
export const laneOf = (tier: Tier | undefined): Lane => (tier === undefined ? 'hot' : LANE_OF_TIER[tier]);

/** What is about a lead that has a tier, or about none. */
const WARM_TYPES: ReadonlySet<Command['type']> = new Set<Command['type']>(['UpsertProperty', 'WithdrawProperty', 'UpsertAgent']);

/**
 * The lane that a command is sent in. `tier` is the lead's where it is known; a worker that answers with a score gives
 * the new one, so that a lead that became hot is told of at once, even where it came in bulk.
 */
export function commandLane({ type, tier, bulk }: { readonly type: Command['type']; readonly tier?: Tier | undefined; readonly bulk: boolean }): Lane {
  if (bulk) return 'cold';
  return WARM_TYPES.has(type) ? 'warm' : laneOf(tier);
}

/** The lane of the facts that a command led to. What came in the cold lane (bulk) stays there. */
export function eventLane(stateAfter: Aggregate, commandLane: Lane): Lane {
  if (commandLane === 'cold') return 'cold';
  return isLead(stateAfter) ? laneOf(stateAfter.score?.tier) : 'warm';
}
