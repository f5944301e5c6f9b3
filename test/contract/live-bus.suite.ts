/** What every live bus promises; live-bus.test.ts runs it over each adapter. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { tenantId, type TenantId } from '../../domain/ids.ts';
import { compareCursors } from '../../platform/live-bus/cursor.ts';
import type { Delivered, LiveBus, LiveMessage } from '../../platform/live-bus/live-bus.ts';

export interface LiveBusUnderTest {
  readonly bus: LiveBus;
  /** A second bus on the same log: another process (the same bus where one process is all there is). */
  readonly other: LiveBus;
  /** The bus was made to keep about so many messages a tenant. */
  readonly keep: number;
  stop(): Promise<void>;
}

export const messageOf = (tenant: TenantId, version: number): LiveMessage => ({
  tenant,
  kind: 'lead',
  id: `lead_${version}`,
  version,
  at: '2026-01-02T03:04:05.000Z',
  events: ['LeadScored'],
  lead: { stage: 'NEW', tier: 'HOT' },
});
export const messagesOf = (tenant: TenantId, from: number, to: number): LiveMessage[] =>
  Array.from({ length: to - from + 1 }, (_, index) => messageOf(tenant, from + index));
export const versions = (messages: readonly LiveMessage[]): number[] => messages.map((message) => message.version);
export const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, index) => from + index);

/** `available`: false skips the suite (the caller has said why). */
export function liveBusSuite(name: string, available: boolean, start: () => Promise<LiveBusUnderTest>): void {
  describe.skipIf(!available)(`the live bus: ${name}`, () => {
    const acme = tenantId('acme');
    const zeta = tenantId('zeta');
    let under: LiveBusUnderTest;
    let bus: LiveBus;
    beforeEach(async () => {
      under = await start();
      bus = under.bus;
    });
    afterEach(() => under.stop());

    test('tells every subscriber every message of all tenants, as it was published, with a cursor', async () => {
      const here: Delivered[] = [];
      const there: Delivered[] = [];
      await bus.subscribe((message) => here.push(message));
      await under.other.subscribe((message) => there.push(message));
      const awkward = { ...messageOf(zeta, 1), alerts: [{ propertyId: 'prop_1', score: 91, message: 'a "quoted", comma\nand line {} é €' }] };
      await bus.publish([messageOf(acme, 1), awkward]);
      for (const seen of [here, there]) {
        await vi.waitFor(() => expect(seen).toHaveLength(2));
        expect(seen).toContainEqual({ ...messageOf(acme, 1), cursor: expect.stringMatching(/./) });
        expect(seen).toContainEqual({ ...awkward, cursor: expect.stringMatching(/./) });
      }
    });

    test("keeps each tenant's order, and cursors say it", async () => {
      const seen: Delivered[] = [];
      await under.other.subscribe((message) => seen.push(message));
      for (let round = 0; round < 10; round++) {
        const from = round * 50 + 1;
        await bus.publish([...messagesOf(acme, from, from + 49), ...messagesOf(zeta, from, from + 49)]);
      }
      await vi.waitFor(() => expect(seen).toHaveLength(1000));
      for (const tenant of [acme, zeta]) {
        const own = seen.filter((message) => message.tenant === tenant);
        expect(versions(own)).toEqual(range(1, 500));
        expect(own.map((message) => message.cursor).toSorted(compareCursors)).toEqual(own.map((message) => message.cursor));
        expect(new Set(own.map((message) => message.cursor)).size).toBe(500);
        expect(versions((await bus.since(tenant, '', 1000)).messages)).toEqual(range(1, 500));
      }
    });

    test('says nothing more after stop', async () => {
      const seen: Delivered[] = [];
      const others: Delivered[] = [];
      const subscription = await bus.subscribe((message) => seen.push(message));
      await bus.subscribe((message) => others.push(message));
      await bus.publish([messageOf(acme, 1)]);
      await vi.waitFor(() => expect(seen).toHaveLength(1));
      await subscription.stop();
      await bus.publish([messageOf(acme, 2)]);
      await vi.waitFor(() => expect(versions(others)).toEqual([1, 2]));
      expect(versions(seen)).toEqual([1]);
    });

    test('begins a subscription now, not at the beginning of the log', async () => {
      await bus.publish(messagesOf(acme, 1, 5));
      const seen: Delivered[] = [];
      await bus.subscribe((message) => seen.push(message));
      await bus.publish([messageOf(acme, 6)]);
      await vi.waitFor(() => expect(versions(seen)).toEqual([6]));
    });

    test('keeps on telling others when one subscriber throws', async () => {
      const seen: Delivered[] = [];
      await bus.subscribe(() => {
        throw new Error('this subscriber is broken');
      });
      await bus.subscribe((message) => seen.push(message));
      await bus.publish(messagesOf(acme, 1, 3));
      await vi.waitFor(() => expect(versions(seen)).toEqual([1, 2, 3]));
    });

    test('gives what is behind a cursor, oldest first, as much as is asked for', async () => {
      expect(await bus.since(acme, '', 10)).toEqual({ messages: [], complete: true });
      expect(await bus.latest(acme)).toBe('');
      await bus.publish(messagesOf(acme, 1, 10));
      const all = await under.other.since(acme, '', 100);
      expect(all.complete).toBe(true);
      expect(versions(all.messages)).toEqual(range(1, 10));
      expect(await bus.latest(acme)).toBe(all.messages.at(-1)?.cursor);
      const third = all.messages[2]?.cursor ?? '';
      const page = await bus.since(acme, third, 4);
      expect({ versions: versions(page.messages), complete: page.complete }).toEqual({ versions: [4, 5, 6, 7], complete: true });
      expect(await bus.since(acme, await bus.latest(acme), 4)).toEqual({ messages: [], complete: true });
      expect(page.messages[0]).toEqual({ ...messageOf(acme, 4), cursor: all.messages[3]?.cursor });
    });

    test("never shows one tenant another's messages", async () => {
      await bus.publish([messageOf(acme, 1), messageOf(zeta, 2)]);
      expect(versions((await bus.since(acme, '', 10)).messages)).toEqual([1]);
      expect(versions((await bus.since(zeta, '', 10)).messages)).toEqual([2]);
      expect(await bus.latest(tenantId('nobody'))).toBe('');
    });

    test('is bounded, and says so when a cursor is older than what is kept', async () => {
      await bus.publish([messageOf(acme, 1), messageOf(acme, 2)]);
      const early = (await bus.since(acme, '', 1)).messages[0]?.cursor ?? '';
      expect((await bus.since(acme, early, 10)).complete).toBe(true);
      const total = under.keep * 3;
      for (let from = 3; from <= total; from += 500) await bus.publish(messagesOf(acme, from, Math.min(from + 499, total)));
      const everything = await bus.since(acme, '', total * 2);
      expect(everything.complete).toBe(false);
      expect(everything.messages.length).toBeGreaterThanOrEqual(under.keep);
      expect(everything.messages.length).toBeLessThan(under.keep * 2);
      expect(everything.messages.at(-1)?.version).toBe(total);
      expect((await bus.since(acme, early, 10)).complete).toBe(false);
      const kept = everything.messages[0];
      expect(await bus.since(acme, kept?.cursor ?? '', 1)).toMatchObject({ messages: [{ version: (kept?.version ?? 0) + 1 }], complete: true });
    });

    test.each(['nonsense', '0', '-', '+', '000000000000000-0000000000', '999999999999999-0000000000', '*'])(
      'treats the cursor %j, which it never gave, as one whose log is gone',
      async (cursor) => {
        await bus.publish(messagesOf(acme, 1, 3));
        expect((await bus.since(acme, cursor, 10)).complete).toBe(false);
      },
    );

    test('takes an empty publish, checks itself, and can be closed twice', async () => {
      await expect(bus.publish([])).resolves.toBeUndefined();
      await expect(bus.check()).resolves.toBeUndefined();
      await bus.subscribe(() => undefined);
      await bus.close();
      await expect(bus.close()).resolves.toBeUndefined();
    });
  });
}
