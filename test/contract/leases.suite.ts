/** What leases promise: one holder at a time, for as long as it says so. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Leases } from '../../platform/event-store/leases.ts';
import { unique } from './event-store-kit.ts';

export interface LeasesUnderTest {
  readonly leases: Leases;
  another(): Promise<Leases>;
  dispose(): Promise<void>;
}

export function leasesContract(name: string, makeLeases: () => Promise<LeasesUnderTest>): void {
  describe(`${name} keeps the promises of leases`, () => {
    let under: LeasesUnderTest;
    let leases: Leases;
    let other: Leases;
    const LONG_MS = 60_000;
    beforeAll(async () => {
      under = await makeLeases();
      leases = under.leases;
      other = await under.another();
    });
    afterAll(async () => under?.dispose());

    it('has one holder, which may keep it', async () => {
      const lease = unique();
      expect(await leases.hold(lease, 'a', LONG_MS)).toBe(true);
      expect(await other.hold(lease, 'b', LONG_MS)).toBe(false);
      expect(await leases.hold(lease, 'a', LONG_MS)).toBe(true);
      expect(await other.hold(unique(), 'b', LONG_MS)).toBe(true);
    });
    it('goes to one of many that ask at once', async () => {
      const lease = unique();
      const won = await Promise.all(Array.from({ length: 10 }, (_, index) => (index % 2 === 0 ? leases : other).hold(lease, `holder-${index}`, LONG_MS)));
      expect(won.filter(Boolean)).toHaveLength(1);
    });
    it('is free after it expired or was given back, but only its holder can give it back', async () => {
      const lease = unique();
      await leases.hold(lease, 'a', LONG_MS);
      await other.release(lease, 'b');
      expect(await other.hold(lease, 'b', LONG_MS)).toBe(false);
      await leases.release(lease, 'a');
      expect(await other.hold(lease, 'b', 1)).toBe(true);
      await vi.waitFor(async () => expect(await leases.hold(lease, 'a', LONG_MS)).toBe(true));
      expect(await other.hold(lease, 'b', LONG_MS)).toBe(false);
    });
  });
}
