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

/** `end` sends one away, told to come back after so many milliseconds. Resolves when all were. */
export async function sendAway<T>(all: readonly T[], end: (one: T, retryMs: number) => void, { perSecond, withinMs }: SendAwayOptions): Promise<void> {
  const waiting = [...all];
  const endsAtMs = performance.now() + withinMs;
  let due = 0;
  const send = (count: number, spreadMs: number): void => {
    for (const one of waiting.splice(0, count)) end(one, Math.round(Math.random() * spreadMs));
  };
  while (waiting.length > 0 && performance.now() + STEP_MS < endsAtMs) {
    // What is left of one goes over to the next step: few in a second are less than one in each.
    due += (perSecond * SHARE * STEP_MS) / 1_000;
    send(Math.floor(due), STEP_MS);
    due -= Math.floor(due);
    if (waiting.length > 0) await new Promise((resolve) => void setTimeout(resolve, STEP_MS));
  }
  send(waiting.length, (waiting.length / perSecond) * 1_000);
}
