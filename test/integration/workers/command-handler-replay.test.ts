import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { deadLetterId } from '../../../domain/ids.ts';
import type { CommandEnvelope } from '../../../domain/messages.ts';
import { createCommandHandlerRole } from '../../../workers/command-handler/role.ts';
import { refuseInserts } from '../../support/faults.ts';
import { describeWithServices } from '../../support/services.ts';
import { addNote, commandOf, createLead, leadId, startWorkerKit, WAIT, type WorkerKit } from '../../support/worker-kit.ts';

const ADA = leadId('ada');
const UNSTORABLE = '22000';

describeWithServices('dead letters of commands', ['postgres'], ({ postgres }) => {
  let kit: WorkerKit;
  beforeEach(async () => {
    kit = await startWorkerKit(postgres.url);
    await kit.start(createCommandHandlerRole({ timing: { retryAfterMs: [30, 30_000] } }));
    const create = commandOf(createLead(ADA));
    await kit.send(create);
    await kit.outcomes([create]);
  });
  afterEach(() => kit.stop());

  const drained = () => vi.waitUntil(() => kit.drained('command-handler.hot', 'leads.commands.hot'), WAIT);
  const notes = async () => (await kit.lead(ADA))?.notes.map(({ text }) => text);
  const letterOf = async (command: CommandEnvelope) => (await kit.deadLetters()).find(({ commandId }) => commandId === command.id);
  const statusOf = async (command: CommandEnvelope) => (await kit.outcomes([command]))[0]?.status;
  /** As the API sends it. */
  const replayOf = async (command: CommandEnvelope): Promise<CommandEnvelope> => ({
    ...command,
    replay: { letter: (await letterOf(command))?.id ?? deadLetterId('none'), by: 'user-9' },
  });
  const untilStatus = (command: CommandEnvelope, status: string) => vi.waitFor(async () => expect((await kit.outcome(command))?.status).toBe(status), WAIT);
  const refuse = (command: CommandEnvelope, code = UNSTORABLE) => refuseInserts(kit.database.sql, 'events', `new.command_id = '${command.id}'`, code);

  it('are replayed under the same id: once, whatever comes twice', async () => {
    const note = commandOf(addNote(ADA, 'in the end'));
    const lift = await refuse(note);
    await kit.send(note, commandOf(addNote(ADA, 'meanwhile')));
    expect(await statusOf(note)).toBe('DEAD_LETTERED');
    await vi.waitUntil(async () => (await kit.receipt(note))?.status === 'DEAD_LETTERED', WAIT);
    await lift();
    // Without a word of a replay it stays what it is.
    await kit.send(note);
    await drained();
    expect(await statusOf(note)).toBe('DEAD_LETTERED');
    expect(await kit.letterNews()).toHaveLength(1);
    const replay = await replayOf(note);
    await kit.send(note, replay, replay, note);
    await untilStatus(note, 'APPLIED');
    await kit.send(replay);
    await drained();
    expect(await notes()).toEqual(['meanwhile', 'in the end']);
    expect(await letterOf(note)).toMatchObject({ attempts: 1, replays: 1, replayedBy: 'user-9', replayedAt: expect.any(String) as string });
    await vi.waitUntil(async () => (await kit.receipt(note))?.status === 'APPLIED', WAIT);
    expect(await kit.deadLetters()).toHaveLength(1);
  });

  it('of records that no version could read until now say that they were replayed, too', async () => {
    const note = commandOf(addNote(ADA, 'written by a newer program'));
    const topic = 'leads.commands.hot';
    await kit.ports.log.append([{ topic, key: 'no key of ours', value: JSON.stringify({ ...note, schema: 2 }) }]);
    await vi.waitFor(async () => expect(await kit.deadLetters()).toMatchObject([{ tenant: null, commandId: null }]), WAIT);
    const [letter] = await kit.deadLetters();
    const replay = { ...note, replay: { letter: letter?.id ?? deadLetterId('none'), by: 'user-9' } };
    await kit.send(replay, replay);
    await untilStatus(note, 'APPLIED');
    await drained();
    expect(await notes()).toEqual(['written by a newer program']);
    expect(await kit.deadLetters()).toMatchObject([{ id: letter?.id, replays: 1, replayedBy: 'user-9' }]);
  });

  it('that fail again are dead letters again, in their new place', async () => {
    const note = commandOf(addNote(ADA, 'never'));
    await refuse(note);
    await kit.send(note);
    expect(await statusOf(note)).toBe('DEAD_LETTERED');
    const first = await letterOf(note);
    await kit.send(await replayOf(note));
    await vi.waitFor(async () => expect(await kit.deadLetters()).toHaveLength(2), WAIT);
    const [second] = (await kit.deadLetters()).filter(({ id }) => id !== first?.id);
    expect(second).toMatchObject({ commandId: note.id, replays: 0, original: { topic: 'leads.commands.hot' } });
    expect(second?.original.offset).not.toBe(first?.original.offset);
    expect((await kit.deadLetters()).find(({ id }) => id === first?.id)).toMatchObject({ replays: 1 });
    expect([await statusOf(note), await notes()]).toEqual(['DEAD_LETTERED', []]);
    await vi.waitFor(async () => expect(await kit.letterNews()).toHaveLength(2), WAIT);
  });

  it('that were no dead letters change nothing', async () => {
    const note = commandOf(addNote(ADA, 'once'));
    await kit.send(note);
    expect(await statusOf(note)).toBe('APPLIED');
    await kit.send(await replayOf(note));
    await drained();
    expect([await notes(), await kit.deadLetters()]).toEqual([['once'], []]);
  });

  it('wait in the line of their lead like everybody else when they are replayed', async () => {
    const [dead, stuck] = [commandOf(addNote(ADA, 'replayed')), commandOf(addNote(ADA, 'stuck'))];
    const liftDead = await refuse(dead);
    await kit.send(dead);
    expect(await statusOf(dead)).toBe('DEAD_LETTERED');
    await liftDead();
    const lift = await refuse(stuck, 'P0001');
    await kit.send(stuck, await replayOf(dead));
    await vi.waitFor(async () => expect(await kit.database.sql`select 1 from parked_commands`).toHaveLength(2), WAIT);
    expect(await statusOf(dead)).toBe('DEAD_LETTERED');
    await lift();
    await kit.database.sql`update parked_commands set due_at = now()`;
    await untilStatus(dead, 'APPLIED');
    expect(await notes()).toEqual(['stuck', 'replayed']);
    expect(await letterOf(dead)).toMatchObject({ replays: 1 });
  });

  it('say nothing of a lead that was erased, and what was parked of it ends with it, without waiting for its time', async () => {
    const [dead, stuck, behind] = [commandOf(addNote(ADA, 'a secret')), commandOf(addNote(ADA, 'a secret')), commandOf(addNote(ADA, 'a secret'))];
    await refuse(dead);
    await refuse(stuck, 'P0001');
    await kit.send(dead, stuck, behind);
    expect(await statusOf(dead)).toBe('DEAD_LETTERED');
    await vi.waitFor(async () => expect(await kit.database.sql`select 1 from parked_commands where attempts > 1`).toHaveLength(1), WAIT);
    const erase = commandOf({ type: 'EraseLead', leadId: ADA });
    await kit.send(erase, commandOf(addNote(ADA, 'a late secret')));
    expect(await statusOf(erase)).toBe('APPLIED');
    const ended = { status: 'REJECTED', error: { code: 'NOT_FOUND', message: `${ADA} was erased` } };
    expect(await kit.outcomes([stuck, behind])).toMatchObject([ended, ended]);
    await vi.waitFor(async () => expect(await kit.receipt(stuck)).toMatchObject(ended), WAIT);
    expect(await letterOf(dead)).toMatchObject({ reason: 'the lead was erased', original: { value: null } });
    await drained();
    for (const table of ['parked_commands', 'dead_letters', 'inbox', 'events']) {
      const rows = await kit.database.sql.unsafe(`select t::text as line from ${table} t`);
      expect(rows.map((row) => String(row['line'])).join('\n')).not.toContain('secret');
    }
    expect(JSON.stringify(await kit.letterNews())).not.toContain('secret');
  });
});
