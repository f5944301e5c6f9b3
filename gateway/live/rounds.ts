/**
 * Whose turn it is to be told, among the subscribers of all groups: one portion after the other, with the rest of the process in between. What
 * becomes ready while some are served reaches those behind them in the same round, so that nobody waits for more than one round, however long it is.
 * Rounds that follow each other leave the process a part of its time: a write is what costs, and with a moment more each of them carries more.
 */

/** Some members of a group. */
export interface Turn {
  /** Tells them everything that is ready by now. Answers how many they are. */
  take(): number;
}

export interface Rounds {
  /** Once each time; it stands behind those who wait already. */
  add(turn: Turn): void;
}

/** Of the time that a round took, before the next one. Measured with ten thousand watchers of twenty changes a second: none, or a third, and the last of them waits longer. */
const REST = 0.15;

/** `members`: so many are served before others of the process get their turn. */
export function createRounds(members: number): Rounds {
  let isOpen = false;
  let waiting: Turn[] = [];
  const begin = (): void => {
    const round = waiting;
    waiting = [];
    serve(round, 0, 0);
  };
  const serve = (round: readonly Turn[], from: number, beforeMs: number): void => {
    const beganMs = performance.now();
    let [at, served] = [from, 0];
    for (; at < round.length && served < members; at += 1) served += round[at]?.take() ?? 0;
    const busyMs = beforeMs + performance.now() - beganMs;
    if (at < round.length) setImmediate(() => serve(round, at, busyMs));
    else setTimeout(rested, busyMs * REST);
  };
  const rested = (): void => {
    isOpen = waiting.length > 0;
    if (isOpen) begin();
  };
  return {
    add(turn) {
      waiting.push(turn);
      if (isOpen) return;
      isOpen = true;
      setImmediate(begin);
    },
  };
}
