import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { tenantId } from '../../../domain/ids.ts';
import type { CommandEnvelope } from '../../../domain/messages.ts';
import { UnstorableError, type EventStore } from '../../../platform/event-store/event-store.ts';
import { commandTopic, recordKey } from '../../../platform/log/topics.ts';
import { encodeCommand } from '../../../platform/messages/encode.ts';
import { commandHandlerRole, createCommandHandlerRole } from '../../../workers/command-handler/role.ts';
import { describeWithServices } from '../../support/services.ts';
import { ACME, addNote, commandId, commandOf, createLead, leadId, startWorkerKit, WAIT, type WorkerKit } from '../../support/worker-kit.ts';

const ADA = leadId('ada');

describeWithServices('the command handler', ['postgres'], ({ postgres }) => {
  let kit: WorkerKit;
  beforeEach(async () => {
    kit = await startWorkerKit(postgres.url);
  });
  afterEach(() => kit.stop());

  const handle = () => kit.start(commandHandlerRole);
  const drained = () => vi.waitUntil(() => kit.drained('command-handler.hot', commandTopic('hot')), WAIT);
  const typesOf = async (id = ADA) => (await kit.events(id)).map(({ event }) => event.type);
  const raw = (value: string) => kit.ports.log.append([{ topic: commandTopic('hot'), key: recordKey(ACME, ADA), value }]);

  it('gives a redelivered command its effect once and the same outcome', async () => {
    await handle();
    const [create, note] = [commandOf(createLead(ADA)), commandOf(addNote(ADA, 'once'))];
    await kit.send(create, note);
    const first = await kit.outcomes([create, note]);
    await kit.send(note, create, note);
    await drained();
    expect(await kit.outcomes([create, note])).toEqual(first);
    expect(await typesOf()).toEqual(['LeadCreated', 'NoteAdded']);
    expect(await kit.receipt(note)).toEqual(first[1]);
  });

  it('handles a command that stands twice in one batch once, in its first place', async () => {
    const [create, note] = [commandOf(createLead(ADA)), commandOf(addNote(ADA, 'once'))];
    await kit.send(create, note, create);
    await handle();
    expect((await kit.outcomes([create, note])).map(({ status }) => status)).toEqual(['APPLIED', 'APPLIED']);
    expect(await typesOf()).toEqual(['LeadCreated', 'NoteAdded']);
  });

  it('changes nothing for the same id with another body', async () => {
    const create = commandOf(createLead(ADA));
    const note = commandOf(addNote(ADA, 'first'));
    await kit.send(create, note, { ...note, fingerprint: 'other', command: addNote(ADA, 'in the same batch') });
    await handle();
    const [, first] = await kit.outcomes([create, note]);
    await kit.send({ ...note, fingerprint: 'other', command: addNote(ADA, 'later') });
    await drained();
    expect(await kit.outcome(note)).toEqual(first);
    expect((await kit.lead(ADA))?.notes.map(({ text }) => text)).toEqual(['first']);
  });

  it('keeps the commands of two tenants apart, even with one id', async () => {
    await handle();
    const id = commandId('same');
    const [ours, theirs] = [commandOf(createLead(ADA, 'a@x.com'), { id }), commandOf(createLead(ADA, 'a@x.com'), { id, tenant: tenantId('rival') })];
    await kit.send(ours, theirs);
    expect((await kit.outcomes([ours, theirs])).map(({ tenant, status }) => `${tenant} ${status}`)).toEqual(['acme APPLIED', 'rival APPLIED']);
    await kit.send(theirs, ours);
    await drained();
    expect((await kit.events(ADA, tenantId('rival'))).map(({ event }) => event.type)).toEqual(['LeadCreated']);
  });

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
    // A stream that cannot be folded: written by a newer program, or broken.
    await kit.database.sql`alter table events disable trigger user`;
    await kit.database.sql`update events set type = 'FromTheFuture', data = '{"type":"FromTheFuture"}', sealed = null where stream_id = ${ADA}`;
    const [broken, fine] = [commandOf(addNote(ADA, 'never')), commandOf(createLead(leadId('bob')))];
    await kit.send(broken, fine);
    const [outcome, other] = await kit.outcomes([broken, fine]);
    expect([outcome?.status, outcome?.error?.code, other?.status]).toEqual(['DEAD_LETTERED', 'INTERNAL', 'APPLIED']);
    await drained();
    const letter = { reason: outcome?.error?.message, attempts: 3, commandId: broken.id, original: { key: recordKey(ACME, ADA), value: encodeCommand(broken) } };
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

  it('gives an email to one lead only: in one batch, in a later one, and once it is free again', async () => {
    const [ada, bob, eve] = [ADA, leadId('bob'), leadId('eve')];
    const both = [commandOf(createLead(ada, 'same@x.com')), commandOf(createLead(bob, 'Same@X.com'))];
    await kit.send(...both);
    await handle();
    // Leads have partitions of their own: either may be first.
    const statuses = (await kit.outcomes(both)).map(({ status }) => status);
    expect(statuses.toSorted()).toEqual(['APPLIED', 'REJECTED']);
    const winner = statuses[0] === 'APPLIED' ? ada : bob;
    const later = commandOf(createLead(eve, 'same@x.com'));
    await kit.send(later);
    expect((await kit.outcomes([later]))[0]).toMatchObject({ status: 'REJECTED', error: { code: 'CONFLICT' } });
    const [freed, again] = [commandOf({ type: 'EraseLead', leadId: winner }), commandOf(createLead(eve, 'same@x.com'))];
    await kit.send(freed);
    await kit.outcomes([freed]);
    await kit.send(again);
    expect((await kit.outcomes([again]))[0]?.status).toBe('APPLIED');
  });

  it('gives an email to one lead only where many handlers race for it', async () => {
    await handle();
    await kit.start(commandHandlerRole, kit.newProcess());
    const lanes = ['hot', 'warm', 'cold'] as const;
    const racing = Array.from({ length: 60 }, (_, n) => commandOf(createLead(leadId(`racer-${n}`), `e${n % 5}@x.com`), { lane: lanes[n % 3] ?? 'hot' }));
    await kit.send(...racing);
    const winners = (await kit.outcomes(racing)).filter(({ status }) => status === 'APPLIED');
    expect(winners).toHaveLength(5);
    const emails = await Promise.all(winners.map(async ({ streamId }) => (await kit.events(streamId))[0]?.event));
    expect(new Set(emails.map((event) => event?.type === 'LeadCreated' && event.lead.email)).size).toBe(5);
  });

  it('loses no update where the lanes work on the same leads', async () => {
    await handle();
    await kit.start(commandHandlerRole, kit.newProcess());
    const leads = Array.from({ length: 3 }, (_, n) => leadId(`shared-${n}`));
    const creates = leads.map((lead) => commandOf(createLead(lead)));
    await kit.send(...creates);
    await kit.outcomes(creates);
    const notes = Array.from({ length: 150 }, (_, n) =>
      commandOf(addNote(leads[n % 3] ?? ADA, `note ${n}`), { lane: (['hot', 'warm', 'cold'] as const)[(n >> 2) % 3] ?? 'hot' }),
    );
    for (let from = 0; from < notes.length; from += 10) await kit.send(...notes.slice(from, from + 10));
    expect((await kit.outcomes(notes)).every(({ status }) => status === 'APPLIED')).toBe(true);
    for (const lead of leads) {
      const events = await kit.events(lead);
      expect(events.map(({ version }) => version)).toEqual(Array.from({ length: 51 }, (_, n) => n + 1));
      expect(new Set(events.map(({ commandId: id }) => id)).size).toBe(51);
    }
  });

  it('rejects a command that expects another version', async () => {
    const [create, early] = [commandOf(createLead(ADA)), commandOf(addNote(ADA, 'x'), { expectedVersion: 7 })];
    await kit.send(create, early);
    await handle();
    expect((await kit.outcomes([create, early]))[1]).toMatchObject({ status: 'REJECTED', error: { code: 'VERSION_CONFLICT' } });
    await drained();
    expect(await kit.receipt(early)).toMatchObject({ status: 'REJECTED' });
  });

  it('tells callers what became of their commands, and nobody of those of workers', async () => {
    const [create, bad] = [commandOf(createLead(ADA)), commandOf(addNote(leadId('nobody'), 'x'))];
    const own = commandOf(addNote(ADA, 'by a worker'), { actor: { id: 'worker:scoring', roles: ['ADMIN'] } });
    await kit.send(create, own, bad);
    await handle();
    await kit.outcomes([create, own, bad]);
    await drained();
    expect([(await kit.receipt(create))?.status, (await kit.receipt(bad))?.status, await kit.receipt(own)]).toEqual(['APPLIED', 'REJECTED', null]);
    const told = kit.news.map(({ kind, id, events }) => `${kind} ${id} ${events.join()}`).toSorted();
    expect(told).toEqual([`command ${create.id} APPLIED`, `command ${bad.id} REJECTED`].toSorted());
  });

  it('calls a command that changed nothing VISIBLE at once, for good', async () => {
    const tag = { type: 'AddTag', leadId: ADA, tag: 'vip' } as const;
    const [create, first, second] = [commandOf(createLead(ADA)), commandOf(tag), commandOf(tag)];
    await kit.send(create, first, second);
    await handle();
    expect((await kit.outcomes([create, first, second])).map(({ status, version }) => [status, version])).toEqual([
      ['APPLIED', 1],
      ['APPLIED', 2],
      ['VISIBLE', 2],
    ]);
    await kit.send(second);
    await drained();
    expect((await kit.receipt(second))?.status).toBe('VISIBLE');
  });

  it('applies commands while the read models are down', async () => {
    kit.outages.readModels = true;
    await handle();
    const commands = [commandOf(createLead(ADA)), commandOf(addNote(ADA, 'x'))];
    await kit.send(...commands);
    expect((await kit.outcomes(commands)).map(({ status }) => status)).toEqual(['APPLIED', 'APPLIED']);
    await drained();
    expect(await kit.receipt(commands[0] ?? commandOf(createLead(ADA)))).toBeNull();
  });

  it('loses nothing and repeats nothing where the database goes away', async () => {
    await handle();
    const create = commandOf(createLead(ADA));
    await kit.send(create);
    await kit.outcomes([create]);
    const notes = Array.from({ length: 300 }, (_, n) => commandOf(addNote(ADA, `note ${n}`)));
    for (let from = 0; from < 300; from += 100) await kit.send(...notes.slice(from, from + 100));
    await kit.withDatabaseDown(async () => undefined);
    await kit.outcomes(notes);
    const events = await kit.events(ADA);
    expect(events.map(({ version }) => version)).toEqual(Array.from({ length: 301 }, (_, n) => n + 1));
    expect(events.slice(1).map(({ commandId: id }) => id)).toEqual(notes.map(({ id }) => id));
  });

  it('makes what it knew of a lead unreadable where the lead is erased', async () => {
    const commands = [commandOf(createLead(ADA, 'ada@secret.example')), commandOf(addNote(ADA, 'a secret')), commandOf({ type: 'EraseLead', leadId: ADA })];
    await kit.send(...commands, commandOf(addNote(ADA, 'too late')));
    await handle();
    await kit.outcomes(commands);
    await drained();
    expect(await typesOf()).toEqual(['Redacted', 'Redacted', 'LeadErased']);
    expect(JSON.stringify([await kit.events(ADA), await kit.lead(ADA)])).not.toContain('ecret');
    expect(await kit.lead(ADA)).toMatchObject({ version: 3, erasedAt: expect.any(String) as string });
  });
});
