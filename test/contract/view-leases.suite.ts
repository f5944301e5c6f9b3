/** What leases of views promise: one computes, the others hear what came of it. */
import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { TenantId } from '../../domain/ids.ts';
import type { LeaseWanted, Turn, ViewLeases } from '../../platform/read-models/view-leases.ts';
import { newTenant } from './read-models-kit.ts';

const LONG_MS = 60_000;
const ADA = 'lead_ada';

/** Opens another one each time, as each process does. */
export function viewLeasesSuite(name: string, open: () => ViewLeases): void {
  describe(`leases of views: ${name}`, () => {
    let mine: ViewLeases;
    let other: ViewLeases;
    beforeAll(() => {
      [mine, other] = [open(), open()];
    });
    const wanted = (tenant: TenantId, id: string = ADA, versionMin = 0): LeaseWanted => ({ tenant, kind: 'lead', id, versionMin });
    const one = async (leases: ViewLeases, want: LeaseWanted, ttlMs = LONG_MS): Promise<Turn | undefined> => (await leases.take([want], ttlMs))[0];
    const tokenOf = (turn: Turn | undefined): string => (turn?.state === 'MINE' ? turn.token : 'none');
    /** Takes the lease and settles it. */
    const compute = async (want: LeaseWanted, version: number | null, toldMs = LONG_MS): Promise<void> => {
      const token = tokenOf(await one(mine, want));
      await mine.settle([{ ...want, token, version }], toldMs);
    };

    it('are given to one of many that ask at once', async () => {
      const want = wanted(newTenant());
      const turns = await Promise.all(Array.from({ length: 20 }, (_, n) => one(n % 2 === 0 ? mine : other, want)));
      const given = (state: Turn['state']): number => turns.filter((turn) => turn?.state === state).length;
      expect([given('MINE'), given('TAKEN')]).toEqual([1, 19]);
    });

    it('answer for each view of one request by itself, in its order, whatever tenants it is of', async () => {
      const [tenant, rival] = [newTenant(), newTenant()];
      await compute(wanted(tenant, 'lead_done'), 7);
      await compute(wanted(tenant, 'lead_none'), 0);
      await one(other, wanted(tenant, 'lead_taken'));
      const turns = await mine.take(
        [...['lead_taken', 'lead_done', 'lead_none', 'lead_new'].map((id) => wanted(tenant, id)), wanted(rival, 'lead_taken')],
        LONG_MS,
      );
      expect(turns).toMatchObject([{ state: 'TAKEN' }, { state: 'DONE', version: 7 }, { state: 'DONE', version: 0 }, { state: 'MINE' }, { state: 'MINE' }]);
      expect(await mine.take([], LONG_MS)).toEqual([]);
    });

    it('keep kinds apart', async () => {
      const want = wanted(newTenant());
      await one(mine, want);
      expect(await one(other, { ...want, kind: 'property' })).toMatchObject({ state: 'MINE' });
    });

    it('tell what came of it to those who find it new enough, and are free for the others', async () => {
      const tenant = newTenant();
      await compute(wanted(tenant), 4);
      expect(await one(other, wanted(tenant, ADA, 4))).toEqual({ state: 'DONE', version: 4 });
      expect(await one(other, wanted(tenant, ADA, 5))).toMatchObject({ state: 'MINE' });
      await compute(wanted(tenant, 'lead_none'), 0);
      expect(await one(other, wanted(tenant, 'lead_none', 1))).toMatchObject({ state: 'MINE' });
    });

    it('forget in time what came of it', async () => {
      const want = wanted(newTenant());
      await compute(want, 4, 20);
      await vi.waitFor(async () => expect(await one(other, want)).toMatchObject({ state: 'MINE' }));
    });

    it('are free at once where nothing came of it, and in time where the holder is gone', async () => {
      const tenant = newTenant();
      await compute(wanted(tenant), null);
      expect(await one(other, wanted(tenant))).toMatchObject({ state: 'MINE' });
      const want = wanted(tenant, 'lead_gone');
      await one(mine, want, 20);
      await vi.waitFor(async () => expect(await one(other, want)).toMatchObject({ state: 'MINE' }));
    });

    it('are nobody else’s to settle: not before their time, and not by who had them before', async () => {
      const want = wanted(newTenant());
      const late = tokenOf(await one(mine, want, 20));
      let holder = 'none';
      await vi.waitFor(async () => {
        holder = tokenOf(await one(other, want));
        expect(holder).not.toBe('none');
      });
      await mine.settle([{ ...want, token: late, version: 9 }], LONG_MS);
      await mine.settle([{ ...want, token: late, version: null }], LONG_MS);
      expect(await one(mine, want)).toEqual({ state: 'TAKEN' });
      await other.settle([{ ...want, token: holder, version: 3 }], LONG_MS);
      await mine.settle([{ ...want, token: late, version: 9 }], LONG_MS);
      expect(await one(mine, want)).toEqual({ state: 'DONE', version: 3 });
    });
  });
}
