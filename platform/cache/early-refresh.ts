/**
 * When something is read anew before its end, so that nobody waits for it: by chance, the likelier the nearer the end and the longer its read takes, so
 * that of many who ask about one does it, at its own moment in each process (XFetch: Vattani, Chierichetti, Lowenstein, "Optimal Probabilistic Cache
 * Stampede Prevention", VLDB 2015). What is asked for often is read anew by that; what is not just ends. Edge safe.
 */

/** Not yet; by now, though it still holds; or behind its end, where it is given out only while it is read anew. */
export type Due = 'NO' | 'EARLY' | 'ENDED';

/** Beyond its end, for those who come while it is read anew. */
export const GRACE_MS = 10_000;

/** Above 1: rather too early than too late. */
const BETA = 2;
/** Reads out of memory take no time that the clock sees. */
const TOOK_MS_MIN = 1;

/** `random`: from 0 to 1. */
export function dueOf(found: { readonly untilMs: number; readonly tookMs: number }, nowMs: number, random: () => number = Math.random): Due {
  if (found.untilMs <= nowMs) return 'ENDED';
  const aheadMs = Math.max(found.tookMs, TOOK_MS_MIN) * BETA;
  // Nearly always: without drawing anything.
  if (found.untilMs - nowMs > aheadMs * AHEAD_MAX) return 'NO';
  return nowMs - aheadMs * Math.log(random()) >= found.untilMs ? 'EARLY' : 'NO';
}

/** The largest -ln that a random number comes to: 2^-53. */
const AHEAD_MAX = 37;
