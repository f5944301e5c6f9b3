import type { Clock } from '../../platform/clock.ts';

/** A clock that a test sets, and by which it also measures. */
export const clockOf = (now: () => Date): Clock => ({ now, elapsedMs: () => now().getTime() });
