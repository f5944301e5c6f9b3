import { describe, expect, test } from 'vitest';
import { makeId } from '../../../domain/ids.ts';
import { aLead } from '../../support/a-lead.ts';
import { RIVAL, commandsOf, createBrokerage, type Brokerage } from '../../support/brokerage.ts';
import { run, type Answer } from '../../support/execute.ts';
import { letterOf } from '../../support/memory-dead-letters.ts';
import { asAdmin, codesOf, idsOf, LIST, noteOf, pageOf, REPLAY, withLetters } from './dead-letters-kit.ts';

/** A note on Ada that was put aside, its letter dead_1. */
async function withDeadNote(timing = {}): Promise<Brokerage> {
  const brokerage = createBrokerage(timing);
  await brokerage.put(aLead());
  brokerage.poison.add('AddNote');
  const sent = await run(brokerage.context(), 'mutation { addNote(input: { leadId: "lead_ada", text: "call her" }) { id } }');
  expect(sent.errors).toEqual([]);
  await brokerage.carryOut();
  return brokerage;
}
/** The replay as it was sent, and the answer to it once the worker has done its work. */
async function replayAndWork(brokerage: Brokerage, variables: Record<string, unknown> = {}): Promise<Answer> {
  const sentBefore = brokerage.log.length;
  const answer = run(asAdmin(brokerage), REPLAY, { id: 'dead_1', wait: 'VISIBLE', ...variables });
  await expect.poll(() => brokerage.log.length).toBe(sentBefore + 1);
  await brokerage.carryOut();
  return answer;
}

describe('replaying a dead letter', () => {
  test('sends the same command with its letter and who asked, and answers ACCEPTED', async () => {
    const brokerage = await withDeadNote();
    const [original] = commandsOf(brokerage);
    const { data } = await run(asAdmin(brokerage), REPLAY, { id: 'dead_1' });
    expect(data).toMatchObject({ replayDeadLetter: { id: original?.id, type: 'AddNote', status: 'ACCEPTED', error: null } });
    expect(commandsOf(brokerage)).toEqual([original, { ...original, replay: { letter: 'dead_1', by: 'op' } }]);
    expect(brokerage.log[1]).toMatchObject({ topic: brokerage.log[0]?.topic, key: brokerage.log[0]?.key });
  });

  test('with wait holds the answer until its new outcome is there', async () => {
    const brokerage = await withDeadNote();
    brokerage.poison.clear();
    expect((await replayAndWork(brokerage)).data).toMatchObject({
      replayDeadLetter: { status: 'VISIBLE', version: 4, error: null, lead: { notes: [{ text: 'call her' }] } },
    });
    const { edges } = pageOf(await run(asAdmin(brokerage), LIST));
    expect(edges).toMatchObject([{ node: { replays: 1, replayedBy: 'op', receipt: { status: 'VISIBLE' } } }]);
  });

  test('tells of a second failure, which the read models never hear of', async () => {
    const brokerage = await withDeadNote();
    brokerage.now = new Date(brokerage.now.getTime() + 1_000);
    expect((await replayAndWork(brokerage)).data).toMatchObject({ replayDeadLetter: { status: 'DEAD_LETTERED', error: { code: 'INTERNAL' } } });
    expect(idsOf(await run(asAdmin(brokerage), LIST))).toEqual(['dead_2', 'dead_1']);
  });

  test('is ACCEPTED, which it is, when the time to wait is up', async () => {
    const brokerage = await withDeadNote({ commandWaitMs: 60 });
    expect((await run(asAdmin(brokerage), REPLAY, { id: 'dead_1', wait: 'APPLIED' })).data).toMatchObject({ replayDeadLetter: { status: 'ACCEPTED' } });
  });

  test('is sent once under one key, and a repeat waits for the same outcome', async () => {
    const brokerage = await withDeadNote();
    brokerage.poison.clear();
    await run(asAdmin(brokerage), REPLAY, { id: 'dead_1', key: 'k' });
    const repeat = run(asAdmin(brokerage), REPLAY, { id: 'dead_1', key: 'k', wait: 'APPLIED' });
    await brokerage.carryOut('APPLIED');
    expect((await repeat).data).toMatchObject({ replayDeadLetter: { status: 'APPLIED', version: 4 } });
    expect((await run(asAdmin(brokerage), REPLAY, { id: 'dead_1', key: 'k' })).data).toMatchObject({ replayDeadLetter: { status: 'APPLIED' } });
    expect(brokerage.log).toHaveLength(2);
  });

  test('refuses the key of another replay, and a key that is none', async () => {
    const brokerage = await withDeadNote();
    await brokerage.deadLetters.put([letterOf(noteOf('other'), 9)]);
    await run(asAdmin(brokerage), REPLAY, { id: 'dead_1', key: 'k' });
    expect(codesOf(await run(asAdmin(brokerage), REPLAY, { id: 'dead_9', key: 'k' }))).toEqual(['IDEMPOTENCY_CONFLICT']);
    for (const key of ['', ' ', 'x'.repeat(201), '\ud800'])
      expect(codesOf(await run(asAdmin(brokerage), REPLAY, { id: 'dead_1', key }))).toEqual(['BAD_USER_INPUT']);
    expect(brokerage.log).toHaveLength(2);
  });

  test('is sent by the repeat where the log did not take it', async () => {
    const brokerage = await withDeadNote();
    brokerage.outages.log = true;
    expect((await run(asAdmin(brokerage), REPLAY, { id: 'dead_1', key: 'k' })).errors).toMatchObject([{ extensions: { code: 'UNAVAILABLE', retryAfter: 2 } }]);
    brokerage.outages.log = false;
    await run(asAdmin(brokerage), REPLAY, { id: 'dead_1', key: 'k' });
    expect(brokerage.log).toHaveLength(2);
  });

  test('goes on while the read models are away', async () => {
    const brokerage = await withDeadNote();
    brokerage.poison.clear();
    brokerage.outages.readModels = true;
    expect((await replayAndWork(brokerage, { key: 'k', wait: 'APPLIED' })).data).toMatchObject({ replayDeadLetter: { status: 'APPLIED', version: 4 } });
  });

  test('sends nothing where the command was carried out since', async () => {
    const brokerage = await withDeadNote();
    brokerage.poison.clear();
    await replayAndWork(brokerage);
    expect((await run(asAdmin(brokerage), REPLAY, { id: 'dead_1', wait: 'VISIBLE' })).data).toMatchObject({
      replayDeadLetter: { status: 'VISIBLE', version: 4 },
    });
    expect(brokerage.log).toHaveLength(2);
  });

  test('sends a command that nobody could read before, of which there is no receipt', async () => {
    const brokerage = createBrokerage();
    await brokerage.put(aLead());
    await brokerage.deadLetters.put([letterOf(noteOf('x'), 1, { streamId: null, commandId: null, type: null })]);
    expect((await replayAndWork(brokerage)).data).toMatchObject({ replayDeadLetter: { status: 'VISIBLE', version: 4 } });
  });

  test.each([
    ['of an event', { original: { topic: 'leads.events.warm' } }, /npm run rebuild/],
    ['whose lead was erased', { original: { value: null } }, /erased/],
    ['that was cut', { original: { cutFrom: 900_000 } }, /900000/],
    ['that still cannot be read', { original: { value: '{' } }, /cannot read it/],
    ['whose command is of another brokerage', { original: { value: JSON.stringify(noteOf('x', { tenant: RIVAL })) } }, /another tenant/],
  ])('is a CONFLICT for one %s', async (_name, more, reason) => {
    const brokerage = await withLetters(1, () => more);
    const { errors } = await run(asAdmin(brokerage), REPLAY, { id: 'dead_1' });
    expect(errors).toMatchObject([{ message: expect.stringMatching(reason) as string, extensions: { code: 'CONFLICT', field: 'input.id' } }]);
    expect(brokerage.log).toEqual([]);
  });

  test('is a CONFLICT where another request took the command id meanwhile', async () => {
    const brokerage = await withDeadNote();
    const [original] = commandsOf(brokerage);
    await brokerage.deadLetters.put([letterOf({ ...noteOf('y'), id: original?.id ?? makeId('command', 'none'), fingerprint: 'another' }, 9)]);
    expect(codesOf(await run(asAdmin(brokerage), REPLAY, { id: 'dead_9' }))).toEqual(['CONFLICT']);
  });

  test('is for admins, of their own brokerage, and of letters that are there', async () => {
    const brokerage = await withDeadNote();
    const codes = [
      await run(brokerage.context({ roles: ['MANAGER'] }), REPLAY, { id: 'dead_1' }),
      await run(asAdmin(brokerage, { tenant: RIVAL }), REPLAY, { id: 'dead_1' }),
      await run(asAdmin(brokerage), REPLAY, { id: 'dead_404' }),
      await run(asAdmin(brokerage), REPLAY, { id: 'lead_ada' }),
    ].flatMap(codesOf);
    expect(codes).toEqual(['FORBIDDEN', 'NOT_FOUND', 'NOT_FOUND', 'BAD_USER_INPUT']);
    expect(brokerage.log).toHaveLength(1);
  });
});
