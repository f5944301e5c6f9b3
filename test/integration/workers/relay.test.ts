import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { RecordedEvent } from '../../../domain/messages.ts';
import { LANES } from '../../../domain/messages.ts';
import { eventTopic } from '../../../platform/log/topics.ts';
import type { WorkerPorts } from '../../../workers/kit/role.ts';
import { ERASURES_RELAYED } from '../../../workers/relay/erasures.ts';
import { laneCheckpoint } from '../../../workers/relay/lane.ts';
import { createRelayRole, relayRole } from '../../../workers/relay/role.ts';
import { append, endOf, note, write } from '../../contract/event-store-kit.ts';
import { describeWithServices } from '../../support/services.ts';
import { TTL_MS } from './relay-kit.ts';
import { ACME, leadId, startWorkerKit, WAIT, type WorkerKit } from '../../support/worker-kit.ts';

describeWithServices('the relay', ['postgres'], ({ postgres }) => {
  let kit: WorkerKit;
  beforeEach(async () => {
    kit = await startWorkerKit(postgres.url);
  });
  afterEach(() => kit.stop());

  const relayed = async (): Promise<RecordedEvent[]> =>
    (await Promise.all(LANES.map((lane) => kit.records(eventTopic(lane))))).flat().map(({ value }) => JSON.parse(value) as RecordedEvent);
  /** Of each stream the versions in the order in which the log has them, repeats left out. */
  const versionsOf = (events: readonly RecordedEvent[]): Record<string, number[]> => {
    const versions: Record<string, number[]> = {};
    for (const { streamId, version } of events) if (!versions[streamId]?.includes(version)) (versions[streamId] ??= []).push(version);
    return versions;
  };
  const upTo = (count: number): number[] => Array.from({ length: count }, (_, n) => n + 1);
  const untilRelayed = (count: number) => vi.waitUntil(async () => new Set((await relayed()).map(({ id }) => id)).size >= count, WAIT);
  const leads = upTo(4).map((n) => leadId(`lead-${n}`));

  it('appends every committed event, in the order of the versions of its stream, and remembers where it was', async () => {
    const first = await kit.start(relayRole);
    for (let version = 0; version < 20; version++) await write(kit.ports.eventStore, ...leads.map((lead) => append(ACME, lead, version, note('x'))));
    await untilRelayed(80);
    await first.stop();
    const before = (await relayed()).length;
    await write(kit.ports.eventStore, append(ACME, leads[0] ?? leadId('x'), 20, note('x')));
    await kit.start(relayRole, kit.newProcess());
    await untilRelayed(81);
    expect((await relayed()).length).toBe(before + 1);
    expect(versionsOf(await relayed())).toEqual(Object.fromEntries(leads.map((lead, n) => [lead, upTo(n === 0 ? 21 : 20)])));
  });

  it('leaves no event out while slow transactions commit late', async () => {
    await kit.start(relayRole);
    const stores = [kit.ports, kit.newProcess(), kit.newProcess()].map(({ eventStore }) => eventStore);
    const held = Promise.withResolvers<void>();
    const wrote = Promise.withResolvers<void>();
    const slow = stores[1]?.transact(async (tx) => {
      await tx.write({ appends: [append(ACME, leadId('slow'), 0, note('early'), note('too'))], claims: [], outcomes: [] });
      wrote.resolve();
      await held.promise;
    });
    await wrote.promise;
    await Promise.all(
      leads.map(async (lead, n) => {
        for (let version = 0; version < 15; version++) await write(stores[(n % 2) * 2] ?? kit.ports.eventStore, append(ACME, lead, version, note('x')));
      }),
    );
    held.resolve();
    await slow;
    await untilRelayed(62);
    expect(versionsOf(await relayed())).toEqual({ ...Object.fromEntries(leads.map((lead) => [lead, upTo(15)])), [leadId('slow')]: [1, 2] });
  });

  it('stands by while another relays, and takes over where that one is killed', async () => {
    const killed = kit.newProcess();
    // Nothing is heard of it any more once it holds the lease: no renewal, no release.
    let dead = false;
    const hang = new Promise<never>(() => undefined);
    const first: WorkerPorts = {
      ...killed,
      leases: { hold: (...args) => (dead ? hang : killed.leases.hold(...args)), release: () => hang },
      log: { ...killed.log, append: (records) => (dead ? hang : killed.log.append(records)) },
    };
    const role = createRelayRole({ leaseTtlMs: TTL_MS });
    const one = await role.start(first);
    await vi.waitUntil(() => one.health().facts['leads'] === true, WAIT);
    const two = await kit.start(role, kit.newProcess());
    await write(kit.ports.eventStore, append(ACME, leadId('a'), 0, note('x')));
    await untilRelayed(1);
    expect(two.health().facts).toMatchObject({ leads: false, relayed_total: 0 });
    dead = true;
    await write(kit.ports.eventStore, append(ACME, leadId('a'), 1, note('x'), note('y')));
    await untilRelayed(3);
    expect(two.health().facts['leads']).toBe(true);
    expect(versionsOf(await relayed())).toEqual({ [leadId('a')]: [1, 2, 3] });
  });

  it('keeps the order of first appearance where a relay that was thought dead goes on', async () => {
    const process = kit.newProcess();
    const held = Promise.withResolvers<void>();
    let holding = false;
    const slowLog = {
      ...process.log,
      async append(...args: Parameters<typeof process.log.append>) {
        holding = true;
        await held.promise;
        await process.log.append(...args);
      },
    };
    await write(kit.ports.eventStore, append(ACME, leadId('a'), 0, note('1'), note('2')));
    await kit.start(createRelayRole({ leaseTtlMs: TTL_MS }), { ...process, log: slowLog });
    await vi.waitUntil(() => holding, WAIT);
    await kit.start(createRelayRole({ leaseTtlMs: TTL_MS }), kit.newProcess());
    await untilRelayed(2);
    await write(kit.ports.eventStore, append(ACME, leadId('a'), 2, note('3')));
    await untilRelayed(3);
    const checkpoint = () => kit.ports.eventStore.loadCheckpoint(laneCheckpoint('hot'));
    await vi.waitFor(async () => expect(await checkpoint()).toBe(await endOf(kit.ports.eventStore)), WAIT);
    const place = await checkpoint();
    held.resolve();
    // It notices that it was overtaken, asks that what it said late be forgotten if need be, and does not take the other back.
    await vi.waitFor(async () => expect(await kit.ports.eventStore.loadCheckpoint(ERASURES_RELAYED)).not.toBe(''), WAIT);
    expect(await checkpoint()).toBe(place);
    await write(kit.ports.eventStore, append(ACME, leadId('a'), 3, note('4')));
    await untilRelayed(4);
    expect(versionsOf(await relayed())).toEqual({ [leadId('a')]: [1, 2, 3, 4] });
  });

  it('goes on where it was when the log comes back, and says meanwhile that it cannot', async () => {
    const relay = await kit.start(relayRole);
    kit.outages.append = true;
    await write(kit.ports.eventStore, append(ACME, leadId('a'), 0, note('1'), note('2')));
    await vi.waitUntil(() => !relay.health().ok, WAIT);
    expect(await relayed()).toEqual([]);
    expect(await kit.ports.eventStore.loadCheckpoint(laneCheckpoint('hot'))).toBe('');
    kit.outages.append = false;
    await untilRelayed(2);
    await vi.waitUntil(() => relay.health().ok, WAIT);
    expect(versionsOf(await relayed())).toEqual({ [leadId('a')]: [1, 2] });
  });

  it('goes on after the database was away, and stops cleanly while it is', async () => {
    const relay = await kit.start(relayRole);
    await kit.withDatabaseDown(() => vi.waitUntil(() => !relay.health().ok, WAIT).then(() => undefined));
    await write(kit.newProcess().eventStore, append(ACME, leadId('a'), 0, note('1')));
    await untilRelayed(1);
    await expect(kit.withDatabaseDown(() => relay.stop())).resolves.toBeUndefined();
  });
});
