import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { LeadId } from '../../../domain/ids.ts';
import { LANES, type Lane } from '../../../domain/messages.ts';
import type { Log } from '../../../platform/log/log.ts';
import { eventTopic } from '../../../platform/log/topics.ts';
import { createRandom, type Random } from '../../../scripts/demo/random.ts';
import { laneCheckpoint, RELAY } from '../../../workers/relay/lane.ts';
import { createRelayRole, relayRole } from '../../../workers/relay/role.ts';
import { append, endOf, inLane, note, readAll, unique, write } from '../../contract/event-store-kit.ts';
import { connect } from '../../../platform/event-store/connect.ts';
import { describeWithServices } from '../../support/services.ts';
import { ACME, leadId, startWorkerKit, WAIT, type WorkerKit } from '../../support/worker-kit.ts';
import { committedIds, firstAppearances, relayedCount, stoppable, TTL_MS } from './relay-kit.ts';

describeWithServices('the lanes of the relay', ['postgres'], ({ postgres }) => {
  let kit: WorkerKit;
  beforeEach(async () => {
    kit = await startWorkerKit(postgres.url);
  });
  const stopped: ReturnType<typeof stoppable>[] = [];
  afterEach(async () => {
    // Or the roles could not end.
    for (const process of stopped.splice(0)) process.resume();
    await kit.stop();
  });
  const stoppableProcess = () => {
    const process = stoppable(kit.newProcess());
    stopped.push(process);
    return process;
  };

  const writeIn = (lane: Lane, count: number) =>
    write(kit.ports.eventStore, ...Array.from({ length: count }, () => inLane(lane, append(ACME, leadId(unique()), 0, note('x')))));
  const count = async (lane: Lane): Promise<number> => (await kit.records(eventTopic(lane))).length;
  const untilRelayed = (lane: Lane, events: number) => vi.waitUntil(async () => (await count(lane)) >= events, WAIT);

  it('take a hot event to the log while pages of cold ones wait for it', async () => {
    const held = Promise.withResolvers<void>();
    let waiting = 0;
    const append: Log['append'] = async (records) => {
      if (records[0]?.topic === eventTopic('cold')) {
        waiting = records.length;
        await held.promise;
      }
      await kit.ports.log.append(records);
    };
    await writeIn('cold', 3_000);
    const relay = await kit.start(relayRole, { ...kit.ports, log: { ...kit.ports.log, append } });
    await vi.waitUntil(() => waiting > 0, WAIT);
    await writeIn('hot', 1);
    await untilRelayed('hot', 1);
    await vi.waitUntil(() => Number(relay.health().facts['cold_oldest_unrelayed_ms']) > 0, WAIT);
    expect([await count('cold'), relay.health().facts]).toMatchObject([
      0,
      { leads: true, hot_relayed_total: 1, cold_relayed_total: 0, relayed_total: 1, hot_oldest_unrelayed_ms: 0 },
    ]);
    held.resolve();
    await untilRelayed('cold', 3_000);
    await vi.waitFor(() => expect(relay.health().facts).toMatchObject({ cold_relayed_total: 3_000, cold_oldest_unrelayed_ms: 0, held_back_ms: 0 }), WAIT);
  });

  it('move cold in small pages while hot has work', async () => {
    const sizes: number[] = [];
    const append: Log['append'] = async (records) => {
      if (records[0]?.topic === eventTopic('cold')) {
        sizes.push(records.length);
        // Something hot happens beside the first pages.
        if (sizes.length <= 5) await writeIn('hot', 1);
        if (sizes.length <= 5) await untilRelayed('hot', sizes.length);
      }
      await kit.ports.log.append(records);
    };
    await writeIn('cold', 3_000);
    await kit.start(relayRole, { ...kit.ports, log: { ...kit.ports.log, append } });
    await untilRelayed('cold', 3_000);
    expect(sizes[0]).toBe(1_000);
    expect(sizes).toContain(100);
  });

  it('begin where a version that knew no lanes was', async () => {
    await writeIn('hot', 5);
    await writeIn('cold', 5);
    await vi.waitFor(async () => expect((await readAll(kit.ports.eventStore, '')).events).toHaveLength(10), WAIT);
    await kit.ports.eventStore.saveCheckpoint(RELAY, await endOf(kit.ports.eventStore), '');
    await writeIn('cold', 2);
    await writeIn('warm', 3);
    await kit.start(relayRole);
    await untilRelayed('warm', 3);
    await untilRelayed('cold', 2);
    expect([await count('hot'), await count('warm'), await count('cold')]).toEqual([0, 3, 2]);
  });

  it('are not taken back by a relay that was paused and wakes up after another took over', async () => {
    const paused = stoppableProcess();
    await writeIn('hot', 3);
    const one = await kit.start(createRelayRole({ leaseTtlMs: TTL_MS }), paused.ports);
    await untilRelayed('hot', 3);
    paused.pause();
    await writeIn('hot', 3);
    const two = await kit.start(createRelayRole({ leaseTtlMs: TTL_MS }), kit.newProcess());
    await untilRelayed('hot', 6);
    await vi.waitFor(async () => expect(await kit.ports.eventStore.loadCheckpoint(laneCheckpoint('hot'))).toBe(await endOf(kit.ports.eventStore)), WAIT);
    const end = await endOf(kit.ports.eventStore);
    paused.resume();
    await vi.waitUntil(() => one.health().facts['leads'] === false && one.health().ok, WAIT);
    expect(await kit.ports.eventStore.loadCheckpoint(laneCheckpoint('hot'))).toBe(end);
    await writeIn('hot', 1);
    await vi.waitUntil(async () => (await relayedCount(kit)) === 7, WAIT);
    expect(two.health().facts['leads']).toBe(true);
  });

  /** Commits events in lanes by chance, in transactions that take their time, until told. */
  async function writer(random: Random, isOver: () => boolean): Promise<void> {
    const { eventStore } = kit.newProcess();
    const pause = connect(kit.database.url, { connectionsMax: 1 });
    const versions = new Map<LeadId, number>();
    while (!isOver()) {
      const known = [...versions.keys()];
      const lead = (random.chance(0.5) ? known[random.between(0, known.length)] : undefined) ?? leadId(unique());
      const version = versions.get(lead) ?? 0;
      const notes = Array.from({ length: random.between(1, 3) }, () => note('x'));
      await eventStore.transact(async (tx) => {
        if (random.chance(0.3)) await pause`select pg_sleep(${random.next() / 50})`;
        await tx.write({ appends: [inLane(random.pick(LANES), append(ACME, lead, version, ...notes))], claims: [], outcomes: [] });
        if (random.chance(0.5)) await pause`select pg_sleep(${random.next() / 25})`;
      });
      versions.set(lead, version + notes.length);
    }
    await pause.end();
  }

  it.each([1, 2, 3])('bring every event in the order of commits while many write and relays are killed and paused (seed %i)', async (seed) => {
    const relays = Array.from({ length: 4 }, stoppableProcess);
    for (const { ports } of relays) await kit.start(createRelayRole({ leaseTtlMs: TTL_MS }), ports);
    let over = false;
    const writing = Promise.all(Array.from({ length: 6 }, (_, n) => writer(createRandom(seed * 100 + n), () => over)));
    const someMore = async (): Promise<void> => {
      const before = await relayedCount(kit);
      await vi.waitUntil(async () => (await relayedCount(kit)) > before + 30, WAIT);
    };
    const stopping = async (): Promise<void> => {
      // All but one are stopped in the middle, again and again. The first never goes on: it was killed.
      for (const left of relays.slice(1)) {
        await someMore();
        for (const relay of relays) if (relay !== left) relay.pause();
        await someMore();
        for (const relay of relays.slice(1)) relay.resume();
      }
      await someMore();
    };
    await Promise.race([writing, stopping()]).finally(() => (over = true));
    await writing;
    const committed = await committedIds(kit);
    const total = LANES.reduce((sum, lane) => sum + committed[lane].length, 0);
    await vi.waitUntil(async () => (await relayedCount(kit)) === total, WAIT);
    for (const lane of LANES) {
      const order = new Map(committed[lane].map((id, place) => [id, place]));
      const partitions = await firstAppearances(kit, lane);
      expect([...partitions.values()].flat().toSorted()).toEqual(committed[lane].toSorted());
      for (const ids of partitions.values()) {
        const places = ids.map((id) => order.get(id) ?? -1);
        expect(places).toEqual(places.toSorted((a, b) => a - b));
      }
    }
  });
});
