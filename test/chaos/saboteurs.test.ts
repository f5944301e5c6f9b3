/** The checker is able to fail: three bugs of the kind that such systems have, each put in by an entry of its own, each found. */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { LANES } from '../../domain/messages.ts';
import { commandTopic, eventTopic } from '../../platform/log/topics.ts';
import { createRandom } from '../../scripts/demo/random.ts';
import { describeWithServices } from '../support/services.ts';
import { createWish, noteWish, updateWish } from './load/operations.ts';
import type { KnownLead } from './load/world.ts';
import { startSmallSystem, type Entries } from './saboteurs/small-system.ts';
import { startCluster, type Cluster } from './system/cluster.ts';

const NOTES = 5;

describeWithServices('the checker finds', ['postgres', 'kafka', 'redis', 'bridge'], () => {
  const folder = mkdtempSync(join(tmpdir(), 'lead-intelligence-saboteurs-'));
  let cluster: Cluster;
  let system: Awaited<ReturnType<typeof startSmallSystem>> | undefined;

  beforeAll(async () => {
    // Postgres runs as another user where we are root, and has to get at its folder.
    chmodSync(folder, 0o755);
    cluster = await startCluster(folder);
  });
  afterEach(async () => {
    await system?.stop();
    system = undefined;
  });
  afterAll(async () => {
    await cluster?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const start = async (name: string, entries: Entries) => (system = await startSmallSystem(cluster, folder, name, entries));
  type Small = Awaited<ReturnType<typeof start>>;

  async function newLead(small: Small): Promise<KnownLead> {
    const receipt = await small.send(createWish(createRandom(3)), 'VISIBLE');
    if (receipt === null) throw new Error('the lead was not taken');
    return small.world.add(receipt.leadId);
  }
  const promises = (violations: readonly { readonly promise: unknown; readonly what: string }[]): string[] => [
    ...new Set(violations.map(({ promise, what }) => `${String(promise)}: ${what}`)),
  ];

  it('nothing where nothing is wrong, whatever is delivered again', async () => {
    const small = await start('honest', {});
    const lead = await newLead(small);
    for (let note = 0; note < NOTES; note += 1) await small.send(noteWish(lead), 'ACCEPTED');
    await small.send(updateWish(lead, null), 'VISIBLE');
    await small.read(lead.id);
    await small.restart('projector');
    for (const topic of LANES.flatMap((lane) => [commandTopic(lane), eventTopic(lane)])) await deliverAgain(small, topic, () => true);
    expect(promises(await small.verdict())).toEqual([]);
  });

  it('promise 1 broken, where offsets are committed before the work is done and the process dies', async () => {
    const small = await start('hasty', { commandHandler: 'test/chaos/saboteurs/commit-before-work.ts' });
    const lead = await newLead(small);
    for (let note = 0; note < NOTES; note += 1) await small.send(noteWish(lead), 'ACCEPTED');
    await small.untilTaken();
    await small.restart('command-handler');
    expect(promises(await small.verdict())).toEqual(['1: an accepted command has no outcome']);
  });

  it('promise 2 broken, where nobody looks whether a command was handled before', async () => {
    const small = await start('forgetful', { commandHandler: 'test/chaos/saboteurs/missing-inbox-check.ts' });
    const lead = await newLead(small);
    for (let note = 0; note < NOTES; note += 1) await small.send(noteWish(lead), 'APPLIED');
    for (const lane of LANES) await deliverAgain(small, commandTopic(lane), () => true);
    const found = promises(await small.verdict());
    expect(found).toContain('2: a command took effect more than once');
    expect(found).toContain('2: a unique text was recorded twice');
  });

  it('promises 5 and 6 broken, where views are stored over newer ones', async () => {
    const small = await start('careless', { projector: 'test/chaos/saboteurs/unversioned-put.ts' });
    const lead = await newLead(small);
    for (let note = 0; note < NOTES; note += 1) await small.send(noteWish(lead), 'VISIBLE');
    expect(await small.read(lead.id)).toBe(NOTES + 1);
    // What it remembers of the lead would save it.
    await small.restart('projector');
    for (const lane of LANES) await deliverAgain(small, eventTopic(lane), ({ version }) => version === 1);
    const found = promises(await small.verdict());
    expect(found).toContain('6: in the end a view is older than it was read before');
    expect(found).toContain('5: a view is not what its events come to');
  });

  /** Those of the run's own records that `wanted` picks. */
  async function deliverAgain({ rawLog }: Small, topic: string, wanted: (record: { readonly version?: number }) => boolean): Promise<void> {
    const records = await rawLog.read(topic, Infinity);
    for (const record of records) {
      if (wanted(JSON.parse(record.value?.toString() ?? '{}') as object)) await rawLog.append(topic, [record], record.partition);
    }
  }
});
