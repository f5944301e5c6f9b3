import { describe, expect, test } from 'vitest';
import { deadLetterId, makeId } from '../../../domain/ids.ts';
import { aLead } from '../../support/a-lead.ts';
import { ACME, RIVAL, commandsOf, createBrokerage, type Brokerage } from '../../support/brokerage.ts';
import { fieldOf, run, type Answer } from '../../support/execute.ts';
import { letterOf, unreadableLetter, type LetterOptions } from '../../support/memory-dead-letters.ts';
import { addNote, commandOf } from '../../support/worker-kit.ts';

const ADA = makeId('lead', 'ada');
const LIST = `query ($filter: DeadLetterFilter, $first: Int, $after: String) {
  deadLetters(filter: $filter, first: $first, after: $after) {
    edges { cursor node { id commandId entityId leadId type lane topic partition offset key appendedAt group reason attempts firstFailedAt at traceparent value cutFrom replays replayedAt replayedBy receipt { status } } }
    pageInfo { hasNextPage hasPreviousPage endCursor }
  }
}`;
const REPLAY = `mutation ($id: ID!, $key: String, $wait: WaitFor) {
  replayDeadLetter(input: { id: $id }, idempotencyKey: $key, wait: $wait) { id type status lane version error { code message } lead { notes { text } } }
}`;
const asAdmin = (brokerage: Brokerage, more = {}) => brokerage.context({ roles: ['ADMIN'], subject: 'op', ...more });
const noteOf = (text: string, more = {}) => commandOf(addNote(ADA, text), { lane: 'warm', ...more });

interface Page {
  readonly edges: { readonly cursor: string; readonly node: { readonly id: string } }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly hasPreviousPage: boolean; readonly endCursor: string };
}
const pageOf = (answer: Answer): Page => fieldOf(answer, 'deadLetters') as Page;
const idsOf = (answer: Answer): string[] => pageOf(answer).edges.map(({ node }) => node.id);
const codesOf = ({ errors }: Answer) => errors.map(({ extensions }) => extensions['code']);

/** A brokerage with letters 1 to `count` of commands on Ada. */
async function withLetters(count: number, moreOf: (n: number) => LetterOptions = () => ({})): Promise<Brokerage> {
  const brokerage = createBrokerage();
  await brokerage.deadLetters.put(Array.from({ length: count }, (_, n) => letterOf(noteOf(`note ${n + 1}`), n + 1, moreOf(n + 1))));
  return brokerage;
}

describe('the list of dead letters', () => {
  test('tells all there is to a letter, and what became of its command', async () => {
    const brokerage = createBrokerage();
    const command = noteOf('x', { trace: { traceparent: '00-1' } });
    await brokerage.deadLetters.put([letterOf(command), unreadableLetter(ACME, 99, '{')]);
    const { edges } = pageOf(await run(asAdmin(brokerage), LIST));
    const at = '2026-03-10T20:01:00.000Z';
    expect(edges.map(({ node }) => node)).toEqual([
      {
        id: 'dead_1',
        commandId: command.id,
        entityId: ADA,
        leadId: ADA,
        type: 'AddNote',
        lane: 'WARM',
        topic: 'leads.commands.warm',
        partition: 0,
        offset: '1',
        key: `acme:${ADA}`,
        appendedAt: at,
        group: 'command-handler.warm',
        reason: 'the command could not be stored',
        attempts: 3,
        firstFailedAt: at,
        at,
        traceparent: '00-1',
        value: JSON.stringify(command),
        cutFrom: null,
        replays: 0,
        replayedAt: null,
        replayedBy: null,
        receipt: null,
      },
      expect.objectContaining({ id: 'dead_99', commandId: null, entityId: null, leadId: null, type: null, lane: 'HOT', value: '{', receipt: null }),
    ]);
  });

  test('is paged by cursors, newest first, without a gap or a repeat while more is put aside', async () => {
    const brokerage = await withLetters(7);
    const seen: string[] = [];
    let after: string | null = null;
    for (let pages = 0; pages < 4; pages += 1) {
      const answer = await run(asAdmin(brokerage), LIST, { first: 3, after });
      const { pageInfo, edges } = pageOf(answer);
      expect([pageInfo.hasPreviousPage, pageInfo.endCursor]).toEqual([after !== null, edges.at(-1)?.cursor]);
      seen.push(...idsOf(answer));
      await brokerage.deadLetters.put([letterOf(noteOf('later'), 100 + pages)]);
      if (!pageInfo.hasNextPage) break;
      after = pageInfo.endCursor;
    }
    expect(seen).toEqual(['dead_7', 'dead_6', 'dead_5', 'dead_4', 'dead_3', 'dead_2', 'dead_1']);
    const [newest] = pageOf(await run(asAdmin(brokerage), LIST, { first: 1 })).edges;
    expect(idsOf(await run(asAdmin(brokerage), LIST, { first: 1, after: newest?.cursor }))).toEqual(['dead_101']);
  });

  test.each([
    [{ topic: 'leads.commands.hot' }, ['dead_3']],
    [{ type: 'CreateLead' }, ['dead_2']],
    [{ leadId: 'lead_bob' }, ['dead_2']],
    [{ entityId: 'lead_bob' }, ['dead_2']],
    [{ commandId: 'cmd_one' }, ['dead_1']],
    [{ reason: 'NUL byte' }, ['dead_3']],
    [{ since: '2026-03-10T12:02:00-08:00' }, ['dead_4', 'dead_3', 'dead_2']],
    [{ since: '2026-03-10T20:02:00Z', until: '2026-03-10T20:03:00Z' }, ['dead_3', 'dead_2']],
    [{ replayed: true }, ['dead_4']],
    [{ replayed: false, type: 'AddNote' }, ['dead_3', 'dead_1']],
    [{ replayed: null }, ['dead_4', 'dead_3', 'dead_2', 'dead_1']],
  ])('holds to the filter %j', async (filter, ids) => {
    const more: LetterOptions[] = [
      { commandId: makeId('command', 'one') },
      { streamId: makeId('lead', 'bob'), type: 'CreateLead' },
      { original: { topic: 'leads.commands.hot' }, reason: 'a nul BYTE' },
    ];
    const brokerage = await withLetters(4, (n) => more[n - 1] ?? {});
    brokerage.deadLetters.markReplayed(deadLetterId('4'), 'op', '2026-03-11T00:00:00.000Z');
    expect(idsOf(await run(asAdmin(brokerage), LIST, { filter }))).toEqual(ids);
  });

  test.each([
    [{ first: 0 }, 'first'],
    [{ first: 101 }, 'first'],
    [{ after: 'x' }, 'after'],
    [{ after: Buffer.from('deadLetters\n2026-02-30T00:00:00.000Z|dead_1').toString('base64url') }, 'after'],
    [{ after: Buffer.from('timeline\n2026-02-03T00:00:00.000Z|dead_1').toString('base64url') }, 'after'],
    [{ filter: { topic: 'leads.commands.lukewarm' } }, 'filter.topic'],
    [{ filter: { type: '' } }, 'filter.type'],
    [{ filter: { leadId: 'agent_1' } }, 'filter.leadId'],
    [{ filter: { entityId: 'cmd_1' } }, 'filter.entityId'],
    [{ filter: { entityId: 'lead_1', leadId: 'lead_2' } }, 'filter.entityId'],
    [{ filter: { commandId: 'dead_1' } }, 'filter.commandId'],
    [{ filter: { reason: 'a\u0000b' } }, 'filter.reason'],
    [{ filter: { reason: 'x'.repeat(201) } }, 'filter.reason'],
    [{ filter: { reason: 'half \ud800' } }, 'filter.reason'],
    [{ filter: { since: '2026-03-11T00:00:00Z', until: '2026-03-10T00:00:00Z' } }, 'filter.since'],
  ])('refuses %j', async (variables, field) => {
    const { errors } = await run(asAdmin(createBrokerage()), LIST, variables);
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', field } }]);
  });

  test('is for admins, of their own brokerage', async () => {
    const brokerage = await withLetters(1);
    for (const roles of [[], ['AGENT'], ['MANAGER']] as const) expect(codesOf(await run(brokerage.context({ roles }), LIST))).toEqual(['FORBIDDEN']);
    expect(idsOf(await run(asAdmin(brokerage, { tenant: RIVAL }), LIST))).toEqual([]);
    const node = '{ node(id: "dead_1") { id ... on DeadLetter { reason } } }';
    expect((await run(asAdmin(brokerage), node)).data).toEqual({ node: { id: 'dead_1', reason: 'the command could not be stored' } });
    for (const as of [{ roles: ['MANAGER'] as const }, { roles: ['ADMIN'] as const, tenant: RIVAL }])
      expect((await run(brokerage.context(as), node)).data).toEqual({ node: null });
  });

  test('is UNAVAILABLE while the origin is', async () => {
    const brokerage = await withLetters(1);
    brokerage.outages.origin = true;
    for (const [document, variables] of [[LIST, {}] as const, [REPLAY, { id: 'dead_1' }] as const])
      expect((await run(asAdmin(brokerage), document, variables)).errors).toMatchObject([{ extensions: { code: 'UNAVAILABLE', retryAfter: 2 } }]);
    expect(brokerage.log).toEqual([]);
  });
});

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
