/** Time, passed in wherever it matters, so that tests own it. */
export interface Clock {
  /** The time of day, which may be set, forwards and back: for what others read, and for what ends at a moment that others named. */
  now(): Date;
  /** Milliseconds of a clock that nobody sets, from whenever: for how long something takes, or is good. */
  elapsedMs(): number;
}
export const systemClock: Clock = { now: () => new Date(), elapsedMs: () => performance.now() };
