/** Decides when the circuit opens: after five failures in a row, or at once where the budget is spent. */
import { ConsecutiveBreaker, type IBreaker } from 'cockatiel';

const FAILURES_MAX = 5;

export class SpendAwareBreaker implements IBreaker {
  readonly #consecutive = new ConsecutiveBreaker(FAILURES_MAX);
  /** Until then the budget counts as spent, milliseconds since 1970; 0 where it does not. */
  spentUntilMs = 0;

  /** For cockatiel's own bookkeeping. */
  get state(): number {
    return this.#consecutive.state;
  }
  set state(failures: number) {
    this.#consecutive.state = failures;
  }

  success(): void {
    this.spentUntilMs = 0;
    this.#consecutive.success();
  }

  failure(): boolean {
    return this.#consecutive.failure() || this.spentUntilMs > 0;
  }
}
