/** A stop is a slope: subscribers are sent away so many in a second, and at the end the rest at once. */

export interface SendAwayOptions {
  /** How many may begin in a second, where they go. */
  readonly perSecond: number;
  /** Milliseconds that it may take. */
  readonly withinMs: number;
}

const STEP_MS = 50;
/** Of what may begin in a second: clients come back when they come, and what was sent away apart arrives together now and then. */
const SHARE = 0.8;

/**
 * `end` sends one away, told to come back after so many milliseconds. Those of one connection are sent away together: it is let go of with the last of them,
 * and until then would have nowhere to come back to. Resolves when all were.
 */
export async function sendAway<T>(
  connections: readonly (readonly T[])[],
  end: (one: T, retryMs: number) => void,
  { perSecond, withinMs }: SendAwayOptions,
): Promise<void> {
  const endsAtMs = performance.now() + withinMs;
  let at = 0;
  let due = 0;
  /** Answers how many those were. */
  const sendNext = (spreadMs: number): number => {
    const together = connections[at++] ?? [];
    const retryMs = Math.round(Math.random() * spreadMs);
    for (const one of together) end(one, retryMs);
    return together.length;
  };
  while (at < connections.length && performance.now() + STEP_MS < endsAtMs) {
    // What is left of one goes over to the next step (few in a second are less than one in each), and so does what a connection took beyond what was due.
    due += (perSecond * SHARE * STEP_MS) / 1_000;
    while (due >= 1 && at < connections.length) due -= sendNext(STEP_MS);
    if (at < connections.length) await new Promise((resolve) => void setTimeout(resolve, STEP_MS));
  }
  const left = connections.slice(at).reduce((sum, { length }) => sum + length, 0);
  while (at < connections.length) sendNext((left / perSecond) * 1_000);
}
