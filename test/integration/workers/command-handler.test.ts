import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { tenantId } from '../../../domain/ids.ts';
import { commandTopic } from '../../../platform/log/topics.ts';
import { commandHandlerRole } from '../../../workers/command-handler/role.ts';
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

  it('calls a command that changed nothing VISIBLE once what it found can be seen, and not before', async () => {
    const tag = { type: 'AddTag', leadId: ADA, tag: 'vip' } as const;
    const [create, first, second] = [commandOf(createLead(ADA)), commandOf(tag), commandOf(tag)];
    await kit.send(create, first, second);
    await handle();
    expect((await kit.outcomes([create, first, second])).map(({ status, version }) => [status, version])).toEqual([
      ['APPLIED', 1],
      ['APPLIED', 2],
      ['APPLIED', 2],
    ]);
    await drained();
    expect((await kit.receipt(second))?.status).toBe('APPLIED');
    const view = { tenant: ACME, kind: 'lead' as const, id: ADA, doc: '{}', index: null };
    await kit.readModels.put([{ ...view, version: 1 }]);
    await kit.send(second);
    await drained();
    expect((await kit.receipt(second))?.status).toBe('APPLIED');
    await kit.readModels.put([{ ...view, version: 2 }]);
    await vi.waitFor(async () => expect((await kit.receipt(second))?.status).toBe('VISIBLE'), WAIT);
    expect(kit.news.filter(({ id }) => id === second.id).map(({ events }) => events.join())).toContain('VISIBLE');
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
