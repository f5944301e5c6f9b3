/** Leases of views in memory, shared by whoever is given them: several gateways of a test, each as if it were a process of its own. */
import { viewTag } from '../../platform/cache/view-tags.ts';
import type { Turn, ViewLeases } from '../../platform/read-models/view-leases.ts';

type Kept = { readonly untilMs: number } & ({ readonly token: string } | { readonly done: number });

export function createMemoryViewLeases(nowMs: () => number = () => performance.now()): ViewLeases {
  const leases = new Map<string, Kept>();
  const known = (tag: string): Kept | undefined => {
    const lease = leases.get(tag);
    return lease !== undefined && lease.untilMs > nowMs() ? lease : undefined;
  };
  return {
    async take(wanted, ttlMs) {
      const token = crypto.randomUUID();
      return wanted.map(({ versionMin, ...ref }): Turn => {
        const tag = viewTag(ref);
        const lease = known(tag);
        if (lease !== undefined && 'token' in lease) return { state: 'TAKEN' };
        if (lease !== undefined && lease.done >= versionMin) return { state: 'DONE', version: lease.done };
        leases.set(tag, { token, untilMs: nowMs() + ttlMs });
        return { state: 'MINE', token };
      });
    },
    async settle(settled, toldMs) {
      for (const { token, version, ...ref } of settled) {
        const tag = viewTag(ref);
        const lease = known(tag);
        if (lease === undefined || !('token' in lease) || lease.token !== token) continue;
        if (version === null) leases.delete(tag);
        else leases.set(tag, { done: version, untilMs: nowMs() + toldMs });
      }
    },
  };
}
