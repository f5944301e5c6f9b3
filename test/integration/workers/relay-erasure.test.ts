import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Log } from '../../../platform/log/log.ts';
import { ALL_TOPICS, COMMAND_TOPICS, EVENT_TOPICS, eventTopic, groupOf } from '../../../platform/log/topics.ts';
import { ERASURES_FORGOTTEN, ERASURES_RELAYED } from '../../../workers/relay/erasures.ts';
import { createRelayRole, relayRole } from '../../../workers/relay/role.ts';
import { append, inLane, note, write } from '../../contract/event-store-kit.ts';
import { describeWithServices } from '../../support/services.ts';
import { ACME, addNote, commandOf, leadId, startWorkerKit, WAIT, type WorkerKit } from '../../support/worker-kit.ts';
import { stoppable, TTL_MS } from './relay-kit.ts';

const ADA = leadId('ada');
const SECRET = 'a-secret';

describeWithServices('an erasure on its way through the log', ['postgres'], ({ postgres }) => {
  let kit: WorkerKit;
  beforeEach(async () => {
    kit = await startWorkerKit(postgres.url);
  });
  afterEach(() => kit.stop());

  /** Every group of the product reads, as quick as it can; those that are held stop at their first batch until they may go on. */
  async function startGroups(held: readonly string[] = []) {
    const gate = Promise.withResolvers<void>();
    for (const { topic, groups } of [...COMMAND_TOPICS, ...EVENT_TOPICS])
      for (const group of groups)
        await kit.ports.log.consume({
          group,
          topic,
          recordsMax: 100,
          handle: () => (held.includes(group) ? gate.promise : Promise.resolve()),
          onError: () => undefined,
        });
    return { goOn: () => gate.resolve() };
  }
  /** Topics of which a record, were it read now, names the secret. */
  const secretIn = async (): Promise<string[]> => {
    const topics = await Promise.all(ALL_TOPICS.map(async (topic) => ((await kit.records(topic)).some(({ value }) => value.includes(SECRET)) ? [topic] : [])));
    return topics.flat();
  };
  const forgotten = () => kit.ports.eventStore.loadCheckpoint(ERASURES_FORGOTTEN);
  const relayed = () => kit.ports.eventStore.loadCheckpoint(ERASURES_RELAYED);
  const untilForgotten = (count: string) => vi.waitUntil(async () => (await forgotten()) === count, WAIT);
  const meetAda = () => write(kit.ports.eventStore, inLane('cold', append(ACME, ADA, 0, note(SECRET))));
  const eraseAda = () => write(kit.ports.eventStore, append(ACME, ADA, 1, { type: 'LeadErased' }));
  const untilSecretIn = (topic: string) => vi.waitUntil(async () => (await secretIn()).includes(topic), WAIT);

  it('takes every word about the person with it once all groups have passed it, and not before', async () => {
    const { goOn } = await startGroups([groupOf('matching', 'cold')]);
    const relay = await kit.start(relayRole);
    await kit.send(commandOf(addNote(ADA, SECRET), { lane: 'warm' }));
    await meetAda();
    await untilSecretIn(eventTopic('cold'));
    await eraseAda();
    await vi.waitUntil(async () => (await secretIn()).join() === eventTopic('cold') && Number(relay.health().facts['erasure_pending_ms']) > 0, WAIT);
    expect(await forgotten()).toBe('');
    goOn();
    await untilForgotten('1');
    expect(await secretIn()).toEqual([]);
    const late: string[] = [];
    const topics = [...COMMAND_TOPICS, ...EVENT_TOPICS].map(({ topic }) => topic);
    for (const topic of topics)
      await kit.ports.log.consume({
        group: 'late',
        topic,
        recordsMax: 100,
        handle: async ({ records }) => void late.push(...records.map(({ value }) => value)),
        onError: () => undefined,
      });
    await vi.waitUntil(async () => (await Promise.all(topics.map((topic) => kit.drained('late', topic)))).every(Boolean), WAIT);
    expect(late.join()).not.toContain(SECRET);
    await vi.waitFor(() => expect(relay.health()).toMatchObject({ ok: true, facts: { erasure_pending_ms: 0 } }), WAIT);
  });

  it('is not forgotten where the relay is killed before the log could forget', async () => {
    const { goOn } = await startGroups([groupOf('scoring', 'cold')]);
    const killed = stoppable(kit.newProcess());
    await kit.start(createRelayRole({ leaseTtlMs: TTL_MS }), killed.ports);
    await meetAda();
    await untilSecretIn(eventTopic('cold'));
    await eraseAda();
    await vi.waitUntil(async () => (await relayed()) === '1', WAIT);
    killed.pause();
    goOn();
    await kit.start(createRelayRole({ leaseTtlMs: TTL_MS }), kit.newProcess());
    await untilForgotten('1');
    expect(await secretIn()).toEqual([]);
    killed.resume();
  });

  it('catches up with what another lane had read before it', async () => {
    await startGroups();
    const held = Promise.withResolvers<void>();
    let reached = false;
    const slow: Log['append'] = async (records) => {
      if (records.some(({ value }) => value.includes(SECRET))) {
        reached = true;
        await held.promise;
      }
      await kit.ports.log.append(records);
    };
    await meetAda();
    await kit.start(relayRole, { ...kit.ports, log: { ...kit.ports.log, append: slow } });
    await vi.waitUntil(() => reached, WAIT);
    await eraseAda();
    await vi.waitUntil(async () => (await relayed()) === '1', WAIT);
    expect([await forgotten(), await secretIn()]).toEqual(['', []]);
    held.resolve();
    await untilForgotten('1');
    expect(await secretIn()).toEqual([]);
  });

  it('catches up with a relay that was paused and tells what was erased meanwhile', async () => {
    await startGroups();
    const paused = kit.newProcess();
    const held = Promise.withResolvers<void>();
    let reached = false;
    const slow: Log['append'] = async (records) => {
      reached = true;
      await held.promise;
      await paused.log.append(records);
    };
    await meetAda();
    await kit.start(createRelayRole({ leaseTtlMs: TTL_MS }), { ...paused, log: { ...paused.log, append: slow } });
    await vi.waitUntil(() => reached, WAIT);
    await kit.start(createRelayRole({ leaseTtlMs: TTL_MS }), kit.newProcess());
    await untilSecretIn(eventTopic('cold'));
    await eraseAda();
    await untilForgotten('1');
    held.resolve();
    await vi.waitUntil(async () => Number(await forgotten()) > 1 && (await forgotten()) === (await relayed()), WAIT);
    expect(await secretIn()).toEqual([]);
  });

  it('is not needed where every group has finished and the time is up', async () => {
    await startGroups();
    const first = await kit.start(relayRole);
    await meetAda();
    await untilSecretIn(eventTopic('cold'));
    await first.stop();
    await vi.waitUntil(() => kit.drained(groupOf('projector', 'cold'), eventTopic('cold')), WAIT);
    await kit.start(createRelayRole({ logRetentionMs: 1 }), kit.newProcess());
    await vi.waitUntil(async () => (await secretIn()).length === 0, WAIT);
    expect(await relayed()).toBe('');
  });
});
