/** Subscriptions that Yoga follows, each for itself: they take places like all others, and end with their tokens. */
import type { Identity } from '../../resolvers/context.ts';
import type { Admission } from './admission.ts';
import type { TokenHolder, TokenProblem } from './token-check.ts';

/** One of them, from the moment on in which it has a place. */
export interface Guest {
  /** Gives the place back, once, however often it is called. */
  leave(): void;
  /** Calls `then` where its token is no good any more. */
  whenWithdrawn(then: (problem: TokenProblem) => void): void;
}

export interface Guests {
  /** Rejects as admission does. */
  admit(asker: { readonly identity: Identity; readonly token: string }): Promise<Guest>;
  /** Those who are here. */
  all(): Iterable<TokenHolder>;
}

export function createGuests(admission: Admission): Guests {
  const here = new Set<Admitted>();
  return {
    all: () => here,
    async admit({ identity, token }) {
      const giveBack = await admission.enter(identity);
      const guest = new Admitted(token, () => {
        if (here.delete(guest)) giveBack();
      });
      here.add(guest);
      return guest;
    },
  };
}

class Admitted implements Guest, TokenHolder {
  readonly token: string;
  readonly leave: () => void;
  #problem: TokenProblem | null = null;
  #then: (problem: TokenProblem) => void = () => undefined;

  constructor(token: string, leave: () => void) {
    this.token = token;
    this.leave = leave;
  }
  get isEnded(): boolean {
    return this.#problem !== null;
  }
  whenWithdrawn(then: (problem: TokenProblem) => void): void {
    this.#then = then;
    if (this.#problem !== null) then(this.#problem);
  }
  end(_reason: 'withdrawn', problem: TokenProblem): void {
    this.#problem = problem;
    this.#then(problem);
  }
}
