import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { fold } from '../../../domain/aggregate.ts';
import type { LeadId } from '../../../domain/ids.ts';
import { LANES, type CommandEnvelope, type RecordedEvent } from '../../../domain/messages.ts';
import { eventTopic, recordKey } from '../../../platform/log/topics.ts';
import { encodeEvent } from '../../../platform/messages/encode.ts';
import { createMemoryReadModels } from '../../../platform/read-models/memory-read-models.ts';
import type { LiveBus } from '../../../platform/live-bus/live-bus.ts';
import type { ReadModels } from '../../../platform/read-models/read-models.ts';
import { createUpstashReadModels } from '../../../platform/read-models/upstash-read-models.ts';
import { viewPut } from '../../../platform/read-models/view-put.ts';
import { createRestClient } from '../../../platform/redis-rest-client.ts';
import { silentLogger } from '../../../platform/telemetry/logger.ts';
import { commandHandlerRole } from '../../../workers/command-handler/role.ts';
import type { RunningRole } from '../../../workers/kit/role.ts';
import { createProjection } from '../../../workers/projector/project.ts';
import { rebuildReadModels } from '../../../workers/projector/rebuild.ts';
import { projectorRole } from '../../../workers/projector/role.ts';
import { relayRole } from '../../../workers/relay/role.ts';
import { scoreOf } from '../../support/facts.ts';
import { describeWithServices } from '../../support/services.ts';
import { ACME, addNote, commandOf, createLead, leadId, startWorkerKit, WAIT, type WorkerKit } from '../../support/worker-kit.ts';

const ADA = leadId('ada');
const SECRET = 'a-secret';
const score = (id: LeadId, value: number, basedOnVersion: number): CommandEnvelope =>
  commandOf({ type: 'RecordScore', leadId: id, score: scoreOf(value), basedOnVersion });

/** The same other order every time. */
const shuffled = <T>(items: readonly T[]): T[] =>
  items
    .map((item, at) => [(at * 7919) % 104_729, item] as const)
    .toSorted((a, b) => (a[0] % 97) - (b[0] % 97))
    .map(([, item]) => item);

async function entriesIn(readModels: ReadModels, id: LeadId, collection: 'timeline' | 'scores') {
  return (await readModels.entries({ tenant: ACME, collection, id }, { first: 500 })).map(({ n, doc }) => ({ n, ...(JSON.parse(doc) as object) }));
}
async function everythingOf(readModels: ReadModels, ids: readonly LeadId[]) {
  const query = { tenant: ACME, kind: 'lead', order: 'SCORE', direction: 'DESC', where: [], words: [], first: 500 } as const;
  const lists = await Promise.all([[], ['tier:HOT'], ['stage:NEW'], ['tag:vip']].map((facets) => readModels.list({ ...query, facets })));
  return {
    docs: (await readModels.get(ids.map((id) => ({ tenant: ACME, kind: 'lead', id })))).map(
      (view) => view && { ...view, doc: JSON.parse(view.doc) as unknown },
    ),
    lists: lists.map(({ items }) => items.map(({ id }) => id)),
    entries: await Promise.all(ids.map(async (id) => [await entriesIn(readModels, id, 'timeline'), await entriesIn(readModels, id, 'scores')])),
  };
}

describeWithServices('the projector', ['postgres', 'bridge'], ({ postgres, bridge }) => {
  let kit: WorkerKit;
  let handler: RunningRole;
  let tenants = 0;
  beforeEach(async () => {
    kit = await startWorkerKit(postgres.url);
    handler = await kit.start(commandHandlerRole);
  });
  afterEach(() => kit.stop());

  /** Carried out and recorded; nobody relays yet. */
  const carryOut = async (...envelopes: readonly CommandEnvelope[]) => {
    await kit.send(...envelopes);
    return kit.outcomes(envelopes);
  };
  const committed = (): Promise<RecordedEvent[]> => kit.committed();
  const deliver = (events: readonly RecordedEvent[], lane = (event: RecordedEvent) => event.lane) =>
    kit.ports.log.append(events.map((event) => ({ topic: eventTopic(lane(event)), key: recordKey(event.tenant, event.streamId), value: encodeEvent(event) })));
  const drained = () =>
    vi.waitUntil(async () => (await Promise.all(LANES.map((lane) => kit.drained(`projector.${lane}`, eventTopic(lane))))).every(Boolean), WAIT);
  const ids = Array.from({ length: 8 }, (_, n) => leadId(`lead-${n}`));
  const aBusyDay = async (): Promise<void> => {
    await carryOut(...ids.map((id) => commandOf(createLead(id, `${id}@x.com`))));
    for (let round = 0; round < 4; round++)
      await carryOut(
        ...ids.flatMap((id, n) => [
          commandOf(addNote(id, `note ${round}`)),
          commandOf({ type: 'AddTag', leadId: id, tag: round % 2 === 0 ? 'vip' : 'cold' }),
          score(id, 10 * n + round, 1),
        ]),
      );
  };
  const redis = () => createUpstashReadModels({ client: createRestClient(bridge), generation: process.pid * 1_000 + (tenants += 1) });
  const newsOf = (id: string) => kit.news.filter((message) => message.id === id);

  for (const [name, open] of [
    ['in memory', () => createMemoryReadModels()],
    ['in Redis', redis],
  ] as const)
    it(`comes to the fold of the stream through duplicates, disorder and gaps between lanes (${name})`, async () => {
      await aBusyDay();
      const events = await committed();
      const [mixed, straight] = [open(), open()];
      // Two processes, each with some of it, twice.
      const [one, two] = [createProjection(mixed, kit.ports.eventStore), createProjection(mixed, kit.ports.eventStore)];
      const disorder = shuffled([...events, ...events]);
      for (let from = 0; from < disorder.length; from += 14)
        await Promise.all([one.project(disorder.slice(from, from + 9)), two.project(disorder.slice(from + 5, from + 14))]);
      await createProjection(straight, kit.ports.eventStore).project(events);
      expect(await everythingOf(mixed, ids)).toEqual(await everythingOf(straight, ids));
      for (const id of ids) {
        const [view] = await mixed.get([{ tenant: ACME, kind: 'lead', id }]);
        const folded = fold(await kit.events(id));
        expect(view?.doc).toBe(folded && viewPut(folded).doc);
      }
    });

  it('rebuilds empty read models to what live projection made, while events keep coming and an open transaction holds the newest back', async () => {
    await kit.start(relayRole);
    await kit.start(projectorRole);
    await aBusyDay();
    await committed();
    await handler.stop();
    const more = [commandOf({ type: 'EraseLead', leadId: ids[3] ?? ADA }), ...ids.map((id) => commandOf(addNote(id, 'meanwhile')))];
    await kit.send(...more);
    const release = await kit.holdReadersBack();
    const rebuilt = createMemoryReadModels();
    await kit.start(commandHandlerRole);
    const [handled] = await Promise.all([rebuildReadModels(kit.ports.eventStore, rebuilt, silentLogger), kit.outcomes(more)]);
    await release();
    const all = await committed();
    expect(handled).toBeGreaterThan(0);
    expect(handled).toBeLessThan(all.length);
    // What came later is projected live, from a point before the end of the rebuild.
    await createProjection(rebuilt, kit.ports.eventStore).project(all.slice(handled - 5));
    await vi.waitFor(async () => expect(await everythingOf(kit.readModels, ids)).toEqual(await everythingOf(rebuilt, ids)), WAIT);
    const afresh = createMemoryReadModels();
    await committed();
    await rebuildReadModels(kit.ports.eventStore, afresh, silentLogger);
    expect(await everythingOf(afresh, ids)).toEqual(await everythingOf(rebuilt, ids));
  });

  it('calls a receipt VISIBLE only once the view is stored', async () => {
    const versionsWhenTold: (number | undefined)[] = [];
    await kit.ports.liveBus.subscribe((message) => {
      if (message.events[0] !== 'VISIBLE') return;
      void kit.readModels.get([{ tenant: ACME, kind: 'lead', id: ADA }]).then(([view]) => versionsWhenTold.push(view?.version));
    });
    await kit.start(relayRole);
    await kit.start(projectorRole);
    const commands = [commandOf(createLead(ADA)), commandOf(addNote(ADA, 'x'))];
    for (const command of commands) {
      await kit.send(command);
      await vi.waitUntil(async () => (await kit.receipt(command))?.status === 'VISIBLE', WAIT);
    }
    expect(versionsWhenTold.map((version, n) => (version ?? 0) >= n + 1)).toEqual([true, true]);
    expect(await kit.receipt(commands[1] ?? commandOf(createLead(ADA)))).toMatchObject({ version: 2, visibleAt: expect.any(String) as string });
  });

  it('dates VISIBLE from when the bus had been told of the change', async () => {
    const { liveBus, clock } = kit.ports;
    const nowMs = (): number => clock.now().getTime();
    let toldMs = 0;
    const slowBus: LiveBus = {
      ...liveBus,
      async publish(messages) {
        const begunMs = nowMs();
        await vi.waitUntil(() => nowMs() > begunMs + 20, { ...WAIT, interval: 1 });
        await liveBus.publish(messages);
        if (messages.some(({ id }) => id === ADA)) toldMs = nowMs();
      },
    };
    await kit.start(relayRole);
    await kit.start(projectorRole, { ...kit.ports, liveBus: slowBus });
    const command = commandOf(createLead(ADA));
    await kit.send(command);
    const visible = await vi.waitUntil(async () => {
      const receipt = await kit.receipt(command);
      return receipt?.status === 'VISIBLE' && receipt;
    }, WAIT);
    expect(toldMs).toBeGreaterThan(0);
    expect(Date.parse(visible.visibleAt ?? '')).toBeGreaterThanOrEqual(toldMs);
  });

  it('keeps a receipt waiting while only the first of its events is stored', async () => {
    await carryOut(commandOf(createLead(ADA)));
    const merge = commandOf({
      type: 'CreateLead',
      leadId: ADA,
      lead: { lastName: 'Lovelace', source: 'REFERRAL', intent: 'BUYER' },
      tags: ['vip'],
      onExisting: 'MERGE',
    });
    await carryOut(merge);
    const events = await committed();
    expect(events.map(({ event }) => event.type)).toEqual(['LeadCreated', 'LeadUpdated', 'TagsChanged']);
    await kit.start(projectorRole);
    await deliver(events.slice(0, 2));
    await drained();
    expect((await kit.receipt(merge))?.status).toBe('APPLIED');
    await deliver(events.slice(2));
    await vi.waitUntil(async () => (await kit.receipt(merge))?.status === 'VISIBLE', WAIT);
  });

  it('tells of every change once, with the score before and after', async () => {
    await kit.start(relayRole);
    await kit.start(projectorRole);
    for (const command of [commandOf(createLead(ADA)), score(ADA, 40, 1), score(ADA, 90, 1)]) {
      await carryOut(command);
      await vi.waitUntil(async () => (await kit.receipt(command))?.status === 'VISIBLE', WAIT);
    }
    // The same events once more.
    await deliver(await committed());
    await drained();
    expect(newsOf(ADA).map(({ version, events, score: told, lead }) => ({ version, events, told, tier: lead?.tier }))).toEqual([
      { version: 1, events: ['LeadCreated'], told: undefined, tier: undefined },
      { version: 2, events: ['LeadScored'], told: { value: 40, tier: 'COLD', source: 'AI', previous: undefined, previousTier: undefined }, tier: 'COLD' },
      { version: 3, events: ['LeadScored'], told: { value: 90, tier: 'HOT', source: 'AI', previous: 40, previousTier: 'COLD' }, tier: 'HOT' },
    ]);
  });

  it('tells of a score that comes behind a later event in another lane', async () => {
    await carryOut(commandOf(createLead(ADA)), score(ADA, 90, 1), commandOf(addNote(ADA, 'later')));
    await vi.waitUntil(async () => (await kit.events(ADA)).length === 3, WAIT);
    const [created, scored, noted] = await committed();
    if (!created || !scored || !noted) throw new Error('three events were recorded');
    await kit.start(projectorRole);
    await deliver([created]);
    await drained();
    await deliver([noted], () => 'hot');
    await drained();
    await deliver([scored], () => 'cold');
    await drained();
    expect(newsOf(ADA).map(({ events, score: told }) => [events.join(), told?.value])).toEqual([
      ['LeadCreated', undefined],
      ['NoteAdded', undefined],
      ['LeadScored', 90],
    ]);
  });

  it('tells of a change although the bus was down when its view was stored', async () => {
    kit.outages.liveBus = true;
    await kit.start(relayRole);
    await kit.start(projectorRole);
    await carryOut(commandOf(createLead(ADA)), commandOf(addNote(ADA, 'x')));
    await vi.waitUntil(async () => (await kit.readModels.get([{ tenant: ACME, kind: 'lead', id: ADA }]))[0]?.version === 2, WAIT);
    expect(newsOf(ADA)).toEqual([]);
    kit.outages.liveBus = false;
    await vi.waitUntil(
      () =>
        newsOf(ADA)
          .flatMap(({ events }) => events)
          .join() === 'LeadCreated,NoteAdded',
      WAIT,
    );
  });

  it('stores everything once the read models are back', async () => {
    kit.outages.readModels = true;
    await kit.start(relayRole);
    await kit.start(projectorRole);
    const commands = [commandOf(createLead(ADA)), commandOf(addNote(ADA, 'x'))];
    await carryOut(...commands);
    await vi.waitUntil(async () => (await kit.records(eventTopic('hot'))).length === 2, WAIT);
    kit.outages.readModels = false;
    for (const command of commands) await vi.waitUntil(async () => (await kit.receipt(command))?.status === 'VISIBLE', WAIT);
    expect((await everythingOf(kit.readModels, [ADA])).entries).toMatchObject([[[{ n: 2 }, { n: 1 }], []]]);
  });

  it('puts an event aside that fits no stream, and projects its neighbours', async () => {
    await carryOut(commandOf(createLead(ADA)));
    const [created] = await committed();
    if (!created) throw new Error('one event was recorded');
    const nowhere = { ...created, id: 'lead_nobody@4', streamId: leadId('nobody'), version: 4 };
    const senseless = { ...created, id: 'lead_bob@1', streamId: leadId('bob'), event: { type: 'Nonsense' } } as never;
    await kit.start(projectorRole);
    await deliver([nowhere, senseless, created]);
    await drained();
    expect((await kit.readModels.get([{ tenant: ACME, kind: 'lead', id: ADA }]))[0]?.version).toBe(1);
    const reasons = (await kit.deadLetters()).map(({ reason }) => reason).toSorted();
    expect(reasons).toEqual([leadId('bob'), leadId('nobody')].map((id) => expect.stringContaining(`does not have ${id}`) as string));
  });

  it('keeps requests to the read models below what Upstash takes', async () => {
    const sizes: number[] = [];
    const counting: ReadModels = { ...kit.readModels, put: (views) => (sizes.push(JSON.stringify(views).length), kit.readModels.put(views)) };
    const talkative = ids.slice(0, 4);
    await carryOut(...talkative.map((id) => commandOf(createLead(id))));
    for (const id of talkative) await carryOut(...Array.from({ length: 150 }, () => commandOf(addNote(id, '"'.repeat(9_000)))));
    await createProjection(counting, kit.ports.eventStore).project(await committed());
    expect(sizes.length).toBeGreaterThan(1);
    expect(Math.max(...sizes)).toBeLessThan(10_000_000);
  });

  const eraseAda = async (): Promise<{ old: RecordedEvent[]; all: RecordedEvent[] }> => {
    await carryOut(commandOf(createLead(ADA, `${SECRET}@x.com`)), commandOf(addNote(ADA, SECRET)), score(ADA, 90, 1));
    await vi.waitUntil(async () => (await kit.events(ADA)).length === 3, WAIT);
    // As they stood in the log before the erasure: readable.
    const old = await committed();
    await carryOut(commandOf({ type: 'EraseLead', leadId: ADA }));
    return { old, all: [...old, ...(await committed()).slice(-1)] };
  };
  /** What is left of Ada, by everything that readers can ask for. */
  const remains = async (readModels: ReadModels) => {
    const { docs, lists, entries } = await everythingOf(readModels, [ADA]);
    return { holdsSecret: JSON.stringify({ docs, lists, entries }).includes(SECRET), listed: lists.flat(), entries };
  };
  const forgotten = { holdsSecret: false, listed: [], entries: [[[{ n: 4, type: 'LeadErased' }], []]] };

  it('forgets the entries of an erased lead, and late old events do not bring them back', async () => {
    const { old, all } = await eraseAda();
    for (const readModels of [createMemoryReadModels(), redis()]) {
      const project = (events: readonly RecordedEvent[]) => createProjection(readModels, kit.ports.eventStore).project(events);
      await project(all.slice(0, 3));
      await project(all.slice(3));
      expect(await remains(readModels)).toMatchObject(forgotten);
      // Each in a process that knows nothing.
      for (const events of [old.slice(0, 1), old.slice(1), old, all]) {
        await project(events);
        expect(await remains(readModels)).toMatchObject(forgotten);
      }
    }
  });

  /** Read models that stop before their n-th call until they may go on. */
  function stopping(readModels: ReadModels, callsBefore: number) {
    const [reached, held] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    let calls = 0;
    const atStep = async <T>(act: () => Promise<T>): Promise<T> => {
      if (calls++ === callsBefore) {
        reached.resolve();
        await held.promise;
      }
      return act();
    };
    const slow: ReadModels = {
      ...readModels,
      get: (refs) => atStep(() => readModels.get(refs)),
      append: (entries) => atStep(() => readModels.append(entries)),
      put: (views) => atStep(() => readModels.put(views)),
      removeEntries: (refs) => atStep(() => readModels.removeEntries(refs)),
    };
    return { slow, reached: reached.promise, goOn: () => held.resolve() };
  }

  it('forgets an erased lead whichever of an older event and the erasure is faster at each step', async () => {
    const { old, all } = await eraseAda();
    const erasure = all.slice(3);
    const stops = [0, 1, 2, 3, 4, 5];
    for (const late of [old.slice(0, 1), old.slice(0, 2), old.slice(1, 3)])
      for (const [known, first, second] of [0, 2].flatMap((n) => stops.flatMap((i) => stops.flatMap((j) => [[n, i, j] as const]))))
        for (const [one, other] of [[late, erasure] as const, [erasure, late] as const]) {
          const readModels = createMemoryReadModels();
          if (known > 0) await createProjection(readModels, kit.ports.eventStore).project(old.slice(0, known));
          const [a, b] = [stopping(readModels, first), stopping(readModels, second)];
          const projectedOne = createProjection(a.slow, kit.ports.eventStore).project(one);
          await Promise.race([a.reached, projectedOne]);
          const projectedOther = createProjection(b.slow, kit.ports.eventStore).project(other);
          await Promise.race([b.reached, projectedOther]);
          a.goOn();
          await projectedOne;
          b.goOn();
          await projectedOther;
          expect(await remains(readModels)).toMatchObject(forgotten);
        }
  });
});
