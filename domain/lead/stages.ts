/**
 * The stage rule (docs, "The domain"): any stage may go to LOST or DORMANT and come back, WON needs UNDER_CONTRACT before it,
 * every other step may skip. A step back is allowed: deals fall through.
 */
import type { Stage } from './lead.ts';

/** Null where a lead may go from one stage to the other, else the reason why not. */
export function stageProblem(from: Stage, to: Stage): string | null {
  if (from === to || to !== 'WON' || from === 'UNDER_CONTRACT') return null;
  return `a lead is WON from UNDER_CONTRACT only, and this one is ${from}`;
}

/** Stages in which nobody is expected to answer until the person writes again. */
const CLOSED: ReadonlySet<Stage> = new Set<Stage>(['WON', 'LOST', 'DORMANT']);
export const isClosed = (stage: Stage): boolean => CLOSED.has(stage);
