/**
 * Whose turn it is to be told, among the subscribers of all groups: one portion after the other, with the rest of the process in between. What
 * becomes ready while some are served reaches those behind them in the same round, so that nobody waits for more than one round, however long it is.
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

/** `members`: so many are served before others of the process get their turn. */
export function createRounds(members: number): Rounds {
  let waiting: Turn[] = [];
  let at = 0;
  const serve = (): void => {
    for (let served = 0; served < members && at < waiting.length; at += 1) served += waiting[at]?.take() ?? 0;
    if (at < waiting.length) return void setImmediate(serve);
    waiting = [];
    at = 0;
  };
  return {
    add(turn) {
      waiting.push(turn);
      if (waiting.length === 1) setImmediate(serve);
    },
  };
}
