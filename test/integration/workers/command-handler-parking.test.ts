import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { streamKey, type EventStore } from '../../../platform/event-store/event-store.ts';
import { recordKey } from '../../../platform/log/topics.ts';
import { encodeCommand } from '../../../platform/messages/encode.ts';
import { createCommandHandlerRole } from '../../../workers/command-handler/role.ts';
import type { WorkerPorts } from '../../../workers/kit/role.ts';
import { refuseInserts } from '../../support/faults.ts';
import { describeWithServices } from '../../support/services.ts';
import { ACME, addNote, commandOf, createLead, leadId, startWorkerKit, WAIT, type WorkerKit } from '../../support/worker-kit.ts';

const [ADA, BOB] = [leadId('ada'), leadId('bob')];
/** Often and soon: how long it really takes is for one test. */
const IMPATIENT = Array.from({ length: 200 }, () => 30);

describeWithServices('commands that cannot pass yet', ['postgres'], ({ postgres }) => {
  let kit: WorkerKit;
  beforeEach(async () => {
    kit = await startWorkerKit(postgres.url);
  });
  afterEach(() => kit.stop());

  const handle = (retryAfterMs = IMPATIENT, on?: WorkerPorts) => kit.start(createCommandHandlerRole({ timing: { retryAfterMs } }), on);
  const parked = () => kit.database.sql<{ command_id: string; attempts: number }[]>`select command_id, attempts from parked_commands order by seq`;
  const untilParked = (count: number) => vi.waitFor(async () => expect(await parked()).toHaveLength(count), WAIT);
  const notesOf = async (lead = ADA) => (await kit.lead(lead))?.notes.map(({ text }) => text);
  const defect = (when: string) => refuseInserts(kit.database.sql, 'events', when, 'P0001');
  const created = async (...leads: (typeof ADA)[]) => {
    const creates = leads.map((lead) => commandOf(createLead(lead)));
    await kit.send(...creates);
    await kit.outcomes(creates);
  };

  it('stop no other lead; the later ones of their own wait behind them and take effect in order', async () => {
    await handle();
    await created(ADA, BOB);
    const lift = await defect(`new.stream_id = '${ADA}'`);
    const ours = ['one', 'two', 'three'].map((text) => commandOf(addNote(ADA, text)));
    const others = Array.from({ length: 20 }, (_, n) => commandOf(addNote(BOB, `other ${n}`)));
    await kit.send(...ours.slice(0, 2), ...others, ...ours.slice(2));
    expect((await kit.outcomes(others)).every(({ status }) => status === 'APPLIED')).toBe(true);
    await untilParked(3);
    const inAnotherLane = commandOf(addNote(ADA, 'four'), { lane: 'cold' });
    await kit.send(inAnotherLane);
    await untilParked(4);
    expect(await Promise.all(ours.map(kit.outcome))).toEqual([null, null, null]);
    expect((await parked()).map(({ attempts }) => attempts > 0)).toEqual([true, false, false, false]);
    await lift();
    expect((await kit.outcomes([...ours, inAnotherLane])).map(({ status, version }) => [status, version])).toEqual([2, 3, 4, 5].map((v) => ['APPLIED', v]));
    expect(await notesOf()).toEqual(['one', 'two', 'three', 'four']);
    expect(await parked()).toEqual([]);
    await vi.waitFor(async () => expect(await kit.receipt(inAnotherLane)).toMatchObject({ status: 'APPLIED', version: 5 }), WAIT);
    expect(await kit.deadLetters()).toEqual([]);
  });

  it('are tried again at their times, then become dead letters, and those behind them go on', async () => {
    const taken: number[] = [];
    const eventStore: EventStore = {
      ...kit.ports.eventStore,
      transact: (work) =>
        kit.ports.eventStore.transact((tx) =>
          work({
            ...tx,
            async takeParked(ref, limit) {
              const line = await tx.takeParked(ref, limit);
              if (line[0]?.commandId === poison.id) taken.push(performance.now());
              return line;
            },
          }),
        ),
    };
    const [poison, behind] = [commandOf(addNote(ADA, 'poison')), commandOf(addNote(ADA, 'behind'))];
    await handle([300, 900], { ...kit.ports, eventStore });
    await created(ADA);
    await defect(`new.command_id = '${poison.id}'`);
    await kit.send(poison, behind);
    const [dead, applied] = await kit.outcomes([poison, behind]);
    expect([dead?.status, dead?.error?.code, applied?.status]).toEqual(['DEAD_LETTERED', 'INTERNAL', 'APPLIED']);
    expect(await notesOf()).toEqual(['behind']);
    // Each round begins with a try of the whole line; a fifth of the pause may be missing, by chance.
    const rounds = taken.filter((at, n) => n === 0 || at - (taken[n - 1] ?? 0) > 200);
    expect(rounds).toHaveLength(2);
    expect((rounds[1] ?? 0) - (rounds[0] ?? 0)).toBeGreaterThan(900 * 0.8 - 50);
    const letter = { commandId: poison.id, tenant: ACME, streamId: ADA, type: 'AddNote', attempts: 3, group: 'command-handler.hot' };
    expect(await kit.deadLetters()).toMatchObject([{ ...letter, original: { key: recordKey(ACME, ADA), value: encodeCommand(poison) } }]);
    const [kept] = await kit.deadLetters();
    expect(Date.parse(kept?.at ?? '') - Date.parse(kept?.firstFailedAt ?? '')).toBeGreaterThan(900);
    await vi.waitFor(async () => expect(await kit.letterNews()).toMatchObject([{ ...letter, id: kept?.id }]), WAIT);
    await vi.waitFor(async () => expect(await kit.receipt(poison)).toMatchObject({ status: 'DEAD_LETTERED' }), WAIT);
  });

  it('are parked once, however often they are delivered', async () => {
    await handle();
    await created(ADA);
    const lift = await defect(`new.stream_id = '${ADA}'`);
    const [note, behind] = [commandOf(addNote(ADA, 'once')), commandOf(addNote(ADA, 'behind'))];
    await kit.send(note, behind, note);
    await untilParked(2);
    await kit.send(behind, note);
    await vi.waitUntil(() => kit.drained('command-handler.hot', 'leads.commands.hot'), WAIT);
    expect((await parked()).map(({ command_id }) => command_id)).toEqual([note.id, behind.id]);
    await lift();
    await kit.outcomes([note, behind]);
    await kit.send(note, behind);
    await vi.waitUntil(() => kit.drained('command-handler.hot', 'leads.commands.hot'), WAIT);
    expect([await notesOf(), await parked()]).toEqual([['once', 'behind'], []]);
  });

  it('are taken up by many processes, each once and each lead in order, and by another where one is gone', async () => {
    const leads = Array.from({ length: 12 }, (_, n) => leadId(`lead-${n}`));
    const gone = await handle([60_000]);
    await created(...leads);
    const lift = await defect(`new.stream_id <> '${BOB}'`);
    const notes = ['a', 'b', 'c', 'd'].flatMap((text) => leads.map((lead) => commandOf(addNote(lead, text))));
    await kit.send(...notes);
    await untilParked(notes.length);
    await gone.stop();
    await lift();
    await kit.database.sql`update parked_commands set due_at = now()`;
    await Promise.all([handle(IMPATIENT, kit.newProcess()), handle(IMPATIENT, kit.newProcess()), handle(IMPATIENT, kit.newProcess())]);
    await kit.outcomes(notes);
    for (const lead of leads) {
      expect(await notesOf(lead)).toEqual(['a', 'b', 'c', 'd']);
      expect((await kit.events(lead)).map(({ version }) => version)).toEqual([1, 2, 3, 4, 5]);
    }
    expect(await parked()).toEqual([]);
  });

  it('hold a lead whose stream cannot be read, whatever else shares the batch', async () => {
    const broken = streamKey({ tenant: ACME, streamId: ADA });
    let isBroken = true;
    const eventStore: EventStore = {
      ...kit.ports.eventStore,
      transact: (work) =>
        kit.ports.eventStore.transact((tx) =>
          work({
            ...tx,
            loadStreams: (refs) =>
              isBroken && refs.some((ref) => streamKey(ref) === broken) ? Promise.reject(new Error('a key of the wrong length')) : tx.loadStreams(refs),
          }),
        ),
    };
    const commands = Array.from({ length: 30 }, (_, n) => commandOf(createLead(leadId(`lead-${n}`))));
    const [create, note] = [commandOf(createLead(ADA)), commandOf(addNote(ADA, 'later'))];
    await kit.send(...commands.slice(0, 15), create, note, ...commands.slice(15));
    await handle(IMPATIENT, { ...kit.ports, eventStore });
    await kit.outcomes(commands);
    await untilParked(2);
    isBroken = false;
    await kit.outcomes([create, note]);
    expect(await notesOf()).toEqual(['later']);
  });
});
