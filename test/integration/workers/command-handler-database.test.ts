import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { connect } from '../../../platform/event-store/connect.ts';
import { createCommandHandlerRole } from '../../../workers/command-handler/role.ts';
import type { RunningRole } from '../../../workers/kit/role.ts';
import { refuseInserts } from '../../support/faults.ts';
import { describeWithServices } from '../../support/services.ts';
import { addNote, commandOf, createLead, leadId, startWorkerKit, WAIT, type WorkerKit } from '../../support/worker-kit.ts';

const LEADS = Array.from({ length: 6 }, (_, n) => leadId(`lead-${n}`));
const [FIRST = leadId('none')] = LEADS;
const LANES = ['hot', 'warm', 'cold'] as const;

describeWithServices('a write model in trouble', ['postgres'], ({ postgres }) => {
  let kit: WorkerKit;
  let handler: RunningRole;
  beforeEach(async () => {
    kit = await startWorkerKit(postgres.url);
    handler = await kit.start(createCommandHandlerRole({ timing: { retryAfterMs: Array.from({ length: 500 }, () => 50) } }));
    const creates = LEADS.map((lead) => commandOf(createLead(lead)));
    await kit.send(...creates);
    await kit.outcomes(creates);
  });
  afterEach(() => kit.stop());

  /** Lead by lead in one lane each, so that their order is known. */
  const notesFor = (count: number) =>
    Array.from({ length: count }, (_, n) => commandOf(addNote(LEADS[n % 6] ?? FIRST, `note ${n}`), { lane: LANES[n % 3] ?? 'hot' }));
  /** Behind each lead's creation. A question may still meet a connection that was cut. */
  const eventsOfAll = () => vi.waitFor(() => Promise.all(LEADS.map(async (lead) => (await kit.events(lead)).slice(1))), WAIT);
  const appliedOnceInOrder = async (notes: readonly ReturnType<typeof commandOf>[]) => {
    const outcomes = await kit.outcomes(notes);
    const areApplied = outcomes.every(({ status }) => status === 'APPLIED');
    const recorded = (await eventsOfAll()).map((events) => events.map(({ commandId }) => commandId));
    const sent = LEADS.map((lead) => notes.flatMap(({ streamId, id }) => (streamId === lead ? [id] : [])));
    return { areApplied, recorded, sent, letters: (await vi.waitFor(() => kit.deadLetters(), WAIT)).length };
  };
  const expectAllOnceInOrder = async (notes: readonly ReturnType<typeof commandOf>[]) => {
    const { sent, ...found } = await appliedOnceInOrder(notes);
    expect(found).toEqual({ areApplied: true, recorded: sent, letters: 0 });
  };
  const parkedCount = async () => (await kit.database.sql`select 1 from parked_commands`).length;

  it('that is full loses nothing, parks nothing and goes on in order once there is room', async () => {
    const makeRoom = await refuseInserts(kit.database.sql, 'inbox', 'true', '53100');
    const notes = notesFor(60);
    await kit.send(...notes);
    await vi.waitUntil(async () => (await kit.ports.log.lag('command-handler.hot', 'leads.commands.hot')) > 0, WAIT);
    expect([await parkedCount(), (await kit.events(FIRST)).length]).toEqual([0, 1]);
    await makeRoom();
    await expectAllOnceInOrder(notes);
  });

  it('that breaks up deadlocks and fails to serialize, again and again, applies everything once', async () => {
    await refuseInserts(kit.database.sql, 'inbox', 'random() < 0.02', '40P01');
    await refuseInserts(kit.database.sql, 'events', 'random() < 0.02', '40001');
    const notes = notesFor(120);
    for (let from = 0; from < notes.length; from += 6) await kit.send(...notes.slice(from, from + 6));
    const { sent, ...found } = await appliedOnceInOrder(notes);
    expect(found).toEqual({ areApplied: true, recorded: sent, letters: 0 });
  });

  it('whose connections are cut in the middle of transactions loses and repeats nothing', async () => {
    const killer = connect(kit.database.url, { connectionsMax: 1, applicationName: 'killer' });
    const stopping = new AbortController();
    let cuts = 0;
    // Not for ever: on a slow machine no transaction would live long enough to end.
    const cutting = (async () => {
      while (!stopping.signal.aborted && cuts < 40) {
        const cut = await killer`
          select pg_terminate_backend(pid) from pg_stat_activity
          where datname = current_database() and application_name = 'lead-intelligence' and state <> 'idle' and query not like '%log_%' and random() < 0.05`;
        cuts += cut.length;
      }
    })();
    const notes = notesFor(180);
    for (let from = 0; from < notes.length; from += 6) await vi.waitFor(() => kit.send(...notes.slice(from, from + 6)), WAIT);
    await kit.outcomes(notes).finally(() => stopping.abort());
    await cutting;
    await killer.end();
    expect(cuts).toBeGreaterThan(0);
    const ids = new Set(notes.map(({ id }) => id));
    for (const events of await eventsOfAll()) {
      expect(events.map(({ version }) => version)).toEqual(Array.from({ length: 30 }, (_, n) => n + 2));
      expect(new Set(events.map(({ commandId }) => commandId)).size).toBe(30);
      expect(events.every(({ commandId }) => ids.has(commandId))).toBe(true);
    }
  });

  it('that takes no writes for a while applies everything afterwards', async () => {
    const admin = connect(postgres.url, { connectionsMax: 1 });
    const name = new URL(kit.database.url).pathname.slice(1);
    const notes = notesFor(60);
    await kit.send(...notes.slice(0, 30));
    await admin.unsafe(`alter database ${name} set default_transaction_read_only = on`);
    await admin`select pg_terminate_backend(pid) from pg_stat_activity where datname = ${name}`;
    const writes = connect(kit.database.url, { connectionsMax: 1 });
    await expect(writes`insert into checkpoints (name, position) values ('x', '')`).rejects.toMatchObject({ code: '25006' });
    await writes.end();
    const errors = () => Number(handler.health().facts['errors_total']);
    const before = errors();
    await vi.waitUntil(() => errors() > before, WAIT);
    await admin.unsafe(`alter database ${name} reset default_transaction_read_only`);
    await admin`select pg_terminate_backend(pid) from pg_stat_activity where datname = ${name}`;
    await admin.end();
    await vi.waitFor(() => kit.send(...notes.slice(30)), WAIT);
    await expectAllOnceInOrder(notes);
  });

  it('where somebody holds one lead carries out the commands of the others, and those of that lead once it is free', async () => {
    const holder = connect(kit.database.url, { connectionsMax: 1, applicationName: 'holder' });
    const [held, release] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const holding = holder.begin(async (tx) => {
      await tx`select 1 from streams where stream_id = ${FIRST} for update`;
      held.resolve();
      await release.promise;
    });
    await held.promise;
    const notes = notesFor(60);
    await kit.send(...notes);
    const ofOthers = notes.filter(({ streamId }) => streamId !== FIRST);
    expect(new Set((await kit.outcomes(ofOthers)).map(({ status }) => status))).toEqual(new Set(['APPLIED']));
    await vi.waitFor(async () => expect([(await kit.events(FIRST)).length, await parkedCount()]).toEqual([1, 10]), WAIT).finally(() => release.resolve());
    await holding;
    await holder.end();
    await expectAllOnceInOrder(notes);
  });
});
