/** Who may begin a subscription, and when: so many for a person and a tenant, and so many in a second. */
import type { Identity } from '../../resolvers/context.ts';
import { ApiError } from '../../resolvers/errors.ts';
import type { SubscriptionLimits } from '../config.ts';

export interface Admission {
  /**
   * Resolves when it is their turn, with what takes the place back. Rejects with ApiError (RATE_LIMITED) where there is no place, or where too many
   * wait already.
   */
  enter(identity: Identity): Promise<() => void>;
}

/** Of the allowance of a second, what may come at one moment. */
const BURST_MS = 100;
/** Who would have to wait longer is told to come back. */
const WAIT_MS_MAX = 5_000;
const RETRY_AFTER_SECONDS = 30;

export function createAdmission({ perUserMax, perTenantMax, perSecond }: SubscriptionLimits, elapsedMs: () => number): Admission {
  const [users, tenants] = [createCounts(perUserMax), createCounts(perTenantMax)];
  let nextAtMs = 0;
  const turn = async (): Promise<void> => {
    // Apart by so much that the burst and what follows it within a second are no more than a second's allowance.
    const at = Math.max(nextAtMs, elapsedMs() - BURST_MS) + (1_000 + BURST_MS) / perSecond;
    const waitMs = at - elapsedMs();
    if (waitMs > WAIT_MS_MAX) throw refused('too many subscriptions begin at the moment', Math.ceil(waitMs / 1_000));
    nextAtMs = at;
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
  };
  return {
    async enter({ tenant, subject }) {
      const user = JSON.stringify([tenant, subject]);
      if (!users.take(user)) throw refused(`one person may have ${perUserMax} subscriptions at a time`, RETRY_AFTER_SECONDS);
      if (!tenants.take(tenant)) {
        users.giveBack(user);
        throw refused(`a tenant may have ${perTenantMax} subscriptions at a time`, RETRY_AFTER_SECONDS);
      }
      const leave = (): void => {
        users.giveBack(user);
        tenants.giveBack(tenant);
      };
      try {
        await turn();
      } catch (error) {
        leave();
        throw error;
      }
      return leave;
    },
  };
}

const refused = (message: string, retryAfter: number): ApiError => new ApiError('RATE_LIMITED', message, { retryAfter });

function createCounts(max: number) {
  const counts = new Map<string, number>();
  return {
    take(key: string): boolean {
      const count = counts.get(key) ?? 0;
      if (count < max) counts.set(key, count + 1);
      return count < max;
    },
    giveBack(key: string): void {
      const left = (counts.get(key) ?? 0) - 1;
      if (left > 0) counts.set(key, left);
      else counts.delete(key);
    },
  };
}
