import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { CommandEnvelope } from '../../../domain/messages.ts';
import { UnstorableError, type EventStore } from '../../../platform/event-store/event-store.ts';
import { commandTopic, recordKey } from '../../../platform/log/topics.ts';
import { encodeCommand } from '../../../platform/messages/encode.ts';
import { commandHandlerRole, createCommandHandlerRole } from '../../../workers/command-handler/role.ts';
import { describeWithServices } from '../../support/services.ts';
import { ACME, addNote, commandOf, createLead, leadId, startWorkerKit, WAIT, type WorkerKit } from '../../support/worker-kit.ts';

const ADA = leadId('ada');

describeWithServices('the command handler and what can never be handled', ['postgres'], ({ postgres }) => {
  let kit: WorkerKit;
  beforeEach(async () => {
    kit = await startWorkerKit(postgres.url);
  });
  afterEach(() => kit.stop());

  const handle = () => kit.start(commandHandlerRole);
  const drained = () => vi.waitUntil(() => kit.drained('command-handler.hot', commandTopic('hot')), WAIT);
  const typesOf = async (id = ADA) => (await kit.events(id)).map(({ event }) => event.type);
  const raw = (value: string) => kit.ports.log.append([{ topic: commandTopic('hot'), key: recordKey(ACME, ADA), value }]);

  it('puts a malformed record into the dead letters with its coordinates, and stops nobody', async () => {
    const [create, note] = [commandOf(createLead(ADA)), commandOf(addNote(ADA, 'fine'))];
    await kit.send(create);
    await raw('{"not": "an envelope 🦊"}');
    await raw(`${'x🦊'.repeat(3_000)} is no JSON`);
    await kit.send(note);
    await handle();
    await kit.outcomes([create, note]);
    await drained();
    const letters = (await kit.deadLetters()).toSorted((a, b) => Number(a.original.offset) - Number(b.original.offset));
    const [, first, second] = await kit.records(commandTopic('hot'));
    expect(letters.map(({ original, group }) => ({ ...original, group }))).toEqual(
      [first, second].map((record) => ({ topic: commandTopic('hot'), ...record, appendedAtMs: expect.any(Number) as number, group: 'command-handler.hot' })),
    );
    expect(letters[0]?.reason).toContain('schema');
    expect(letters).toMatchObject([1, 2].map(() => ({ tenant: ACME, streamId: ADA, commandId: null, type: null, attempts: 1 })));
    const news = await kit.letterNews();
    expect(news.map(({ id }) => id).toSorted()).toEqual(letters.map(({ id }) => id).toSorted());
    expect(JSON.stringify(news)).not.toMatch(/an envelope|is no JSON/);
  });

  it('puts a command aside whose deciding throws, and applies its neighbours', async () => {
    const create = commandOf(createLead(ADA));
    const broken = commandOf({ type: 'RecordMatches', leadId: ADA, matches: [null], basedOnVersion: 1 } as never);
    const note = commandOf(addNote(ADA, 'fine'));
    await kit.send(create, broken, note);
    await handle();
    const [, outcome] = await kit.outcomes([create, broken, note]);
    expect(outcome).toMatchObject({ status: expect.stringMatching(/DEAD_LETTERED|REJECTED/) as string });
    expect(await typesOf()).toEqual(['LeadCreated', 'NoteAdded']);
  });

  it('survives every body that has the form of a command and no sense', async () => {
    await handle();
    const types = ['CreateLead', 'UpdateLead', 'RecordInteraction', 'RecordScore', 'RecordMatches', 'UpsertProperty', 'UpsertAgent', 'EraseLead', 'Nonsense'];
    const values = [null, 7, 'a\u0000b\ud800', [[null]], { lead: null }];
    const fields = ['lead', 'changes', 'interaction', 'score', 'matches', 'details', 'agent', 'tags'];
    const create = commandOf(createLead(ADA));
    const strange = types.flatMap((type) =>
      values.map((value): CommandEnvelope => {
        const body = { type, leadId: ADA, propertyId: ADA, agentId: ADA, ...Object.fromEntries(fields.map((field) => [field, value])) };
        return commandOf(createLead(ADA), { command: body as never });
      }),
    );
    const note = commandOf(addNote(ADA, 'a zero \u0000 and half \ud83d a fox'));
    const onAnother = commandOf(createLead(leadId('bob'), 'bob@x.com'));
    await kit.send(create, note, ...strange.filter(({ command }) => command.type !== 'EraseLead'));
    const deep = encodeCommand(commandOf({ type: 'UpdateLead', leadId: ADA, changes: 'DEEP' } as never));
    await raw(deep.replace('"DEEP"', `${'['.repeat(100_000)}${']'.repeat(100_000)}`));
    await kit.send(onAnother);
    await kit.outcomes([create, note, onAnother]);
    await drained();
    expect((await kit.lead(ADA))?.notes).toMatchObject([{ text: expect.stringContaining('a fox') as string }]);
  });

  it('puts a dead letter and an outcome behind a command whose lead cannot be read, once it was tried often enough', async () => {
    const stream = commandOf(createLead(ADA));
    await kit.send(stream);
    await kit.start(createCommandHandlerRole({ timing: { retryAfterMs: [20, 20] } }));
    await kit.outcomes([stream]);
    // A stream that cannot be folded: a newer program wrote to it.
    await kit.database.sql`
      insert into events (tenant, stream_id, version, schema, type, lane, command_id, actor, at, data)
      select tenant, stream_id, 2, schema, 'FromTheFuture', lane, command_id, actor, at, '{"type":"FromTheFuture"}' from events where stream_id = ${ADA}`;
    await kit.database.sql`update streams set version = 2 where stream_id = ${ADA}`;
    const [broken, fine] = [commandOf(addNote(ADA, 'never')), commandOf(createLead(leadId('bob')))];
    await kit.send(broken, fine);
    const [outcome, other] = await kit.outcomes([broken, fine]);
    expect([outcome?.status, outcome?.error?.code, other?.status]).toEqual(['DEAD_LETTERED', 'INTERNAL', 'APPLIED']);
    await drained();
    const letter = {
      reason: outcome?.error?.message,
      attempts: 3,
      commandId: broken.id,
      original: { key: recordKey(ACME, ADA), value: encodeCommand(broken) },
    };
    expect(await kit.deadLetters()).toMatchObject([letter]);
    await vi.waitFor(async () => expect(await kit.letterNews()).toMatchObject([{ commandId: broken.id, attempts: 3 }]), WAIT);
    await vi.waitFor(async () => expect(await kit.receipt(broken)).toEqual(outcome), WAIT);
  });

  it('puts aside alone what the database refuses to hold', async () => {
    const commands = Array.from({ length: 9 }, (_, n) => commandOf(createLead(leadId(`lead-${n}`))));
    const refused = commands[4]?.streamId;
    const eventStore: EventStore = {
      ...kit.ports.eventStore,
      transact: (work) =>
        kit.ports.eventStore.transact((tx) =>
          work({
            ...tx,
            write: (what) => (what.appends.some(({ streamId }) => streamId === refused) ? Promise.reject(new UnstorableError('no')) : tx.write(what)),
          }),
        ),
    };
    await kit.send(...commands);
    await kit.start(commandHandlerRole, { ...kit.ports, eventStore });
    expect((await kit.outcomes(commands)).map(({ status }) => status)).toEqual(commands.map((_, n) => (n === 4 ? 'DEAD_LETTERED' : 'APPLIED')));
    await drained();
    expect(await kit.deadLetters()).toMatchObject([{ original: { key: recordKey(ACME, leadId('lead-4')) } }]);
  });
});
