/** What every event store promises about the commands that wait in it, and about what was given up. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LeadId, TenantId } from '../../domain/ids.ts';
import type { DeadLetters } from '../../platform/dead-letters/dead-letters.ts';
import { streamKey, WriteConflictError, type EventStore, type EventStoreWork } from '../../platform/event-store/event-store.ts';
import type { CommandToPark, ParkedCommand } from '../../platform/event-store/parking.ts';
import { aLetter } from './dead-letters.suite.ts';
import { aCommandId, aLeadId, append, aTenant, note, outcome } from './event-store-kit.ts';

export interface ParkingUnderTest {
  readonly store: EventStore;
  readonly letters: DeadLetters;
  dispose(): Promise<void>;
}

export function parkingContract(name: string, make: () => Promise<ParkingUnderTest>): void {
  describe(`${name} keeps commands that wait`, () => {
    let under: ParkingUnderTest;
    let store: EventStore;
    beforeAll(async () => {
      under = await make();
      store = under.store;
    });
    afterAll(async () => under?.dispose());

    const write = (work: Partial<EventStoreWork>): Promise<void> => store.transact((tx) => tx.write({ appends: [], claims: [], outcomes: [], ...work }));
    const take = (tenant: TenantId, streamId: LeadId, limit = 10): Promise<readonly ParkedCommand[]> =>
      store.transact((tx) => tx.takeParked({ tenant, streamId }, limit));
    const aCommand = (tenant: TenantId, streamId: LeadId, more: Partial<CommandToPark> = {}): CommandToPark => ({
      tenant,
      streamId,
      commandId: aCommandId(),
      lane: 'warm',
      envelope: '{"note":"\\u0000 \\ud800 👩‍💻"}',
      place: { topic: 'leads.commands.warm', partition: 2, offset: '9007199254740993', appendedAtMs: 1_772_600_767_089 },
      attempts: 0,
      dueInMs: 0,
      lastError: 'because',
      ...more,
    });
    const dueOf = async (tenant: TenantId) => (await store.dueLines(500)).due.filter((line) => line.tenant === tenant).map(({ streamId }) => streamId);

    it('in the order in which they came, to the letter, each once', async () => {
      const [tenant, lead] = [aTenant(), aLeadId()];
      const [first, second, third] = [aCommand(tenant, lead), aCommand(tenant, lead), aCommand(tenant, lead, { attempts: 2 })];
      await write({ parked: [first, second] });
      await write({ parked: [second, third, { ...first, lastError: 'again' }] });
      const line = await take(tenant, lead);
      const told = ({ tenant: of, streamId, commandId, lane, envelope, place, attempts, lastError }: CommandToPark | ParkedCommand) => [
        [of, streamId, commandId, lane],
        [envelope, place, attempts, lastError],
      ];
      expect(line.map(told)).toEqual([first, second, third].map(told));
      expect(line.every(({ waitedMs, firstFailedAt }) => waitedMs >= 0 && Date.parse(firstFailedAt) > 0)).toBe(true);
      expect(await take(tenant, lead, 1)).toHaveLength(1);
      const asked = [
        { tenant, streamId: lead },
        { tenant, streamId: aLeadId() },
        { tenant: aTenant(), streamId: lead },
      ];
      expect([...(await store.transact((tx) => tx.findParked(asked)))]).toEqual([streamKey({ tenant, streamId: lead })]);
    });

    it('until the first of a line is due: those behind it wait with it', async () => {
      const [tenant, lead] = [aTenant(), aLeadId()];
      await write({ parked: [aCommand(tenant, lead, { dueInMs: 60_000 })] });
      await write({ parked: [aCommand(tenant, lead)] });
      expect([await take(tenant, lead), await dueOf(tenant)]).toEqual([[], []]);
      const { nextInMs } = await store.dueLines(500);
      expect(nextInMs).toBeGreaterThan(0);
      expect(nextInMs).toBeLessThanOrEqual(60_000);
      await write({ woken: [{ tenant, streamId: lead }] });
      expect(await dueOf(tenant)).toEqual([lead]);
      const [head, behind] = await take(tenant, lead);
      if (!head || !behind) throw new Error('two wait');
      await write({ postponed: [{ ...head, attempts: 4, lastError: 'once more', dueInMs: 60_000 }] });
      expect([await take(tenant, lead), await dueOf(tenant)]).toEqual([[], []]);
      const all = await store.transact((tx) => tx.lockParked([{ tenant, streamId: lead }]));
      expect(all.map(({ attempts, lastError }) => [attempts, lastError])).toEqual([
        [4, 'once more'],
        [0, 'because'],
      ]);
      await write({ unparked: [head], woken: [{ tenant, streamId: lead }] });
      expect((await take(tenant, lead)).map(({ commandId }) => commandId)).toEqual([behind.commandId]);
    });

    it('and says of many lines which are due, the longest overdue first, and when the next will be', async () => {
      const [tenant, leads] = [aTenant(), [aLeadId(), aLeadId(), aLeadId()]];
      for (const [at, lead] of leads.entries()) await write({ parked: [aCommand(tenant, lead, { dueInMs: -1_000_000 + at * 1_000 }), aCommand(tenant, lead)] });
      expect((await store.dueLines(2)).due.map(({ streamId }) => streamId)).toEqual(leads.slice(0, 2));
      expect((await store.dueLines(2)).nextInMs).toBe(0);
      expect(await dueOf(tenant)).toEqual(leads);
    });

    it('with their outcomes, all or nothing', async () => {
      const [tenant, lead] = [aTenant(), aLeadId()];
      const parked = aCommand(tenant, lead);
      await write({ parked: [parked] });
      const [head] = await take(tenant, lead);
      if (!head) throw new Error('one waits');
      const done = outcome(tenant, parked.commandId, lead);
      const work = { unparked: [head], outcomes: [done], appends: [append(tenant, lead, 1, note('too early'))] };
      await expect(write(work)).rejects.toBeInstanceOf(WriteConflictError);
      expect([await store.findOutcome(tenant, parked.commandId), (await take(tenant, lead)).length]).toEqual([null, 1]);
      await write({ ...work, appends: [append(tenant, lead, 0, note('now'))] });
      expect([await store.findOutcome(tenant, parked.commandId), await take(tenant, lead)]).toEqual([done, []]);
    });

    describe('a dead letter that is replayed', () => {
      it('gets another outcome in the place of DEAD_LETTERED, once, and its letter says so', async () => {
        const [tenant, lead, id] = [aTenant(), aLeadId(), aCommandId()];
        const letter = aLetter({ tenant, streamId: lead, commandId: id });
        const dead = { ...outcome(tenant, id, lead), status: 'DEAD_LETTERED', error: { code: 'INTERNAL', message: 'a \u0000 "status":"APPLIED"' } } as const;
        await write({ outcomes: [dead], letters: [letter] });
        const replayed = [{ outcome: outcome(tenant, id, lead), letter: letter.id, by: 'user-1' }];
        await write({ replayed });
        expect(await store.findOutcome(tenant, id)).toEqual(outcome(tenant, id, lead));
        expect(await under.letters.get(tenant, letter.id)).toMatchObject({ replays: 1, replayedBy: 'user-1', replayedAt: expect.any(String) as string });
        expect(await under.letters.list({ tenant, filter: { replayed: true }, first: 5 })).toMatchObject({ letters: [{ id: letter.id }] });
        await expect(write({ replayed })).rejects.toBeInstanceOf(WriteConflictError);
        expect(await under.letters.get(tenant, letter.id)).toMatchObject({ replays: 1 });
      });

      it('is no letter of another tenant, whatever the replay says', async () => {
        const [tenant, lead, id] = [aTenant(), aLeadId(), aCommandId()];
        const theirs = aLetter();
        await write({ outcomes: [{ ...outcome(tenant, id, lead), status: 'DEAD_LETTERED' }], letters: [theirs] });
        await write({ replayed: [{ outcome: outcome(tenant, id, lead), letter: theirs.id, by: 'user-1' }] });
        expect(await under.letters.get(null, theirs.id)).toEqual(theirs);
      });
    });

    it('says nothing in its letters of a lead that was erased, neither in those that were there nor in those that come', async () => {
      const [tenant, lead, other] = [aTenant(), aLeadId(), aLeadId()];
      const [before, after, bystander] = [aLetter({ tenant, streamId: lead }), aLetter({ tenant, streamId: lead }), aLetter({ tenant, streamId: other })];
      await write({ appends: [append(tenant, lead, 0, note('a'))], letters: [before, bystander] });
      await write({ appends: [append(tenant, lead, 1, { type: 'LeadErased' })] });
      await under.letters.put([after]);
      for (const { id } of [before, after])
        expect(await under.letters.get(tenant, id)).toMatchObject({ reason: 'the lead was erased', original: { value: null, offset: before.original.offset } });
      expect(await under.letters.get(tenant, bystander.id)).toEqual(bystander);
    });
  });
}
