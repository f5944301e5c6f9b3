import { describe, expect, test } from 'vitest';
import { deadLetterId, makeId } from '../../../domain/ids.ts';
import { ACME, RIVAL, createBrokerage } from '../../support/brokerage.ts';
import { run } from '../../support/execute.ts';
import { letterOf, unreadableLetter, type LetterOptions } from '../../support/memory-dead-letters.ts';
import { ADA, asAdmin, codesOf, idsOf, LIST, noteOf, pageOf, REPLAY, withLetters } from './dead-letters-kit.ts';

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
