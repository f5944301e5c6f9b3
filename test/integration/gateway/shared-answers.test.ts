/** Gateways over one Redis share the answers that GraphQL itself makes: over HTTP, through the bridge. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { makeId, type TenantId } from '../../../domain/ids.ts';
import { startGateway, type RunningGateway } from '../../../gateway/node/start-gateway.ts';
import { loadDevKeys, type DevKeys } from '../../../platform/auth/dev-keys.ts';
import { createTokenVerifier } from '../../../platform/auth/verify.ts';
import type { SharedAnswers } from '../../../platform/cache/shared-answers.ts';
import { createRedisSharedAnswers } from '../../../platform/cache/redis-shared-answers.ts';
import { systemClock } from '../../../platform/clock.ts';
import type { LiveBus } from '../../../platform/live-bus/live-bus.ts';
import type { ReadModels } from '../../../platform/read-models/read-models.ts';
import { ReadModelsUnavailableError } from '../../../platform/read-models/read-models.ts';
import { createUpstashReadModels } from '../../../platform/read-models/upstash-read-models.ts';
import { viewPut } from '../../../platform/read-models/view-put.ts';
import { createRestClient } from '../../../platform/redis-rest-client.ts';
import { aLead } from '../../support/a-lead.ts';
import { createBrokerage } from '../../support/brokerage.ts';
import { describeWithServices } from '../../support/services.ts';
import { newTenant } from '../../contract/read-models-kit.ts';

const ADA = makeId('lead', 'ada');
const BEN = makeId('lead', 'ben');
const NODES = `query ($ids: [ID!]!) { nodes(ids: $ids) { id ... on Lead { name version timeline(first: 2) { edges { node { summary } } } } } }`;
const VARIABLES = { ids: [ADA, BEN] };

interface Office {
  readonly gateway: RunningGateway;
  /** Calls of the read models that answers took, by name. */
  readonly calls: string[];
  /** What became of answers on their way into the store. */
  readonly sets: boolean[];
  ask(query: string, as?: { readonly subject?: string; readonly extensions?: object }): Promise<unknown>;
}

describeWithServices('gateways over one Redis', ['bridge'], ({ bridge }) => {
  const client = createRestClient(bridge);
  const readModels = createUpstashReadModels({ client, generation: 1 });
  const brokerage = createBrokerage();
  const outage = { store: false, hangs: false, bus: false, redis: false };
  let tenant: TenantId;
  let folder: string;
  let keys: DevKeys;
  const open: RunningGateway[] = [];

  const answersOf = (sets: boolean[]): SharedAnswers => {
    const answers = createRedisSharedAnswers({ client, generation: 1 });
    const step = async (): Promise<void> => {
      if (outage.hangs) await new Promise(() => undefined);
      if (outage.store || outage.redis) throw new ReadModelsUnavailableError('Redis is away');
    };
    return {
      async get(...args) {
        await step();
        return answers.get(...args);
      },
      async set(...args) {
        await step();
        const taken = await answers.set(...args);
        sets.push(taken);
        return taken;
      },
    };
  };
  const counted = (calls: string[]): ReadModels => ({
    ...readModels,
    get: (refs) => (calls.push(`get(${refs.length})`), outage.redis ? away() : readModels.get(refs)),
    list: (query) => (calls.push('list'), readModels.list(query)),
    entries: (ref, page) => (calls.push('entries'), readModels.entries(ref, page)),
  });
  const away = () => Promise.reject(new ReadModelsUnavailableError('Redis is away'));
  const { liveBus } = brokerage.ports;
  const bus: LiveBus = {
    ...liveBus,
    subscribe: (...args) => (outage.bus ? Promise.reject(new Error('the bus is away')) : liveBus.subscribe(...args)),
  };

  async function openOffice(): Promise<Office> {
    const [calls, sets]: [string[], boolean[]] = [[], []];
    const ports = { ...brokerage.ports, liveBus: bus, clock: systemClock, readModels: counted(calls), answers: answersOf(sets) };
    const verifier = await createTokenVerifier({ publicJwk: keys.publicJwk, clock: systemClock });
    const gateway = await startGateway({ ports, verifier, host: '127.0.0.1', port: 0, processMetrics: false });
    open.push(gateway);
    return {
      gateway,
      calls,
      sets,
      async ask(query, { subject = 'ann', extensions } = {}) {
        const { token } = await keys.sign({ tenant, subject, roles: ['AGENT'] });
        const response = await fetch(`${gateway.url}/graphql`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
          body: JSON.stringify({ query, variables: VARIABLES, extensions }),
        });
        const { data, errors } = (await response.json()) as { data: unknown; errors?: unknown };
        expect(errors).toBeUndefined();
        return data;
      },
    };
  }
  const put = async (name: 'ada' | 'ben', version: number, firstName: string): Promise<void> => {
    const lead = aLead({ tenant, name, version, firstName });
    await readModels.append([{ tenant, collection: 'timeline', id: lead.id, n: version, doc: JSON.stringify({ summary: `${firstName} ${version}` }) }]);
    await readModels.put([viewPut(lead)]);
  };
  const publish = (id: string, version: number): Promise<void> => brokerage.publish({ tenant, id, version });
  const metric = async ({ gateway }: Office, name: string): Promise<number> => {
    const text = await (await fetch(`${gateway.url}/metrics`)).text();
    return Number(new RegExp(`^lead_intelligence_cache_${name}\\{layer="redis"\\} (.*)$`, 'm').exec(text)?.[1]);
  };
  const settled = ({ sets }: Office, count = 1): Promise<void> => expect.poll(() => sets.length).toBe(count);

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'shared-answers-'));
    keys = await loadDevKeys(folder, systemClock);
  });
  beforeEach(async () => {
    tenant = newTenant();
    Object.assign(outage, { store: false, hangs: false, bus: false, redis: false });
    await put('ada', 1, 'Ada');
    await put('ben', 1, 'Ben1');
    return async () => void (await Promise.all(open.splice(0).map((gateway) => gateway.stop())));
  });
  afterAll(async () => rm(folder, { recursive: true }));

  test('one makes an answer, and the other one reads nothing for it', async () => {
    const [first, second] = [await openOffice(), await openOffice()];
    const made = await first.ask(NODES);
    expect(made).toMatchObject({ nodes: [{ name: 'Ada Lovelace', version: 1 }, { version: 1 }] });
    expect(first.calls).toEqual(['get(2)', 'entries', 'entries']);
    await settled(first);
    expect(await second.ask(NODES)).toEqual(made);
    expect(second.calls).toEqual([]);
    expect(await metric(second, 'hits_total')).toBe(1);
    expect(await metric(first, 'written_bytes_total')).toBe(JSON.stringify(made).length);
    // From then on it has the answer itself.
    expect(await second.ask(NODES)).toEqual(made);
    expect(await metric(second, 'hits_total')).toBe(1);
  });

  test('while nobody is told of changes, an answer is shared all the same and a change is seen by both at once', async () => {
    outage.bus = true;
    const [first, second] = [await openOffice(), await openOffice()];
    for (const version of [1, 2, 3]) {
      await put('ben', version, `Ben${version}`);
      for (const office of [first, second]) {
        const { nodes } = (await office.ask(NODES)) as { nodes: { version: number; timeline: { edges: { node: { summary: string } }[] } }[] };
        expect(nodes.map((lead) => [lead.version, lead.timeline.edges[0]?.node.summary])).toEqual([
          [1, 'Ada 1'],
          [version, `Ben${version} ${version}`],
        ]);
        await settled(first, version);
      }
    }
    expect(second.sets).toEqual([]);
    expect(second.calls).toEqual([]);
  });

  test('what others made is not executed here, however often its document was', async () => {
    const [first, second] = [await openOffice(), await openOffice()];
    for (let version = 2; version < 7; version += 1) {
      await put('ben', version, 'Ben');
      await publish(BEN, version);
      await second.ask(NODES);
      await settled(second, version - 1);
    }
    await put('ben', 7, 'Benno');
    await publish(BEN, 7);
    const made = await first.ask(NODES);
    await settled(first);
    second.calls.length = 0;
    expect(await second.ask(NODES)).toEqual(made);
    expect(second.calls).toEqual([]);
  });

  test('a change that both are told of is seen by both at once', async () => {
    const [first, second] = [await openOffice(), await openOffice()];
    await first.ask(NODES);
    await settled(first);
    await second.ask(NODES);
    await put('ben', 2, 'Benno');
    await publish(BEN, 2);
    for (const office of [first, second]) expect(await office.ask(NODES)).toMatchObject({ nodes: [{}, { name: 'Benno Lovelace', version: 2 }] });
  });

  test('what one gateway knows to be newer than the store has it does not take from there', async () => {
    const [first, second] = [await openOffice(), await openOffice()];
    await first.ask(NODES);
    await settled(first);
    // It was told of a version that the read models have not got yet; the write model has.
    brokerage.putInWriteModel(aLead({ tenant, name: 'ben', version: 2, firstName: 'Benno' }));
    await second.ask(`{ lead(id: "${BEN}") { version } }`);
    await publish(BEN, 2);
    expect(await second.ask(NODES)).toMatchObject({ nodes: [{}, { name: 'Benno Lovelace', version: 2 }] });
  });

  test('what goes through Yoga shares answers like all else', async () => {
    const [first, second] = [await openOffice(), await openOffice()];
    const made = await first.ask(NODES, { extensions: { ofAnother: 'tool' } });
    await settled(first);
    expect(first.calls).toHaveLength(3);
    // Extensions go through Yoga.
    expect(await second.ask(NODES, { extensions: { ofAnother: 'tool' } })).toEqual(made);
    expect(second.calls).toEqual([]);
    expect(await metric(second, 'hits_total')).toBe(1);
  });

  test('what depends on who asks is not shared', async () => {
    const [first, second] = [await openOffice(), await openOffice()];
    const mine = `query ($ids: [ID!]!) { viewer { id } nodes(ids: $ids) { id ... on Lead { timeline { edges { node { summary } } } } } }`;
    expect(await first.ask(mine)).toMatchObject({ viewer: { id: 'ann' } });
    expect(await second.ask(mine, { subject: 'bob' })).toMatchObject({ viewer: { id: 'bob' } });
    expect(second.calls).toHaveLength(3);
    expect([...first.sets, ...second.sets]).toEqual([]);
  });

  test('what one request makes is not asked for in the store: by then it is made', async () => {
    const [first, second] = [await openOffice(), await openOffice()];
    const plain = `query ($ids: [ID!]!) { nodes(ids: $ids) { id ... on Lead { name } } }`;
    for (const office of [first, second]) {
      await office.ask(plain);
      expect(office.calls).toEqual(['get(2)']);
      await put('ada', office === first ? 2 : 3, 'Ada');
      await publish(ADA, office === first ? 2 : 3);
      await office.ask(plain);
      // The first question told what its answer takes.
      expect(await metric(office, 'missed_total')).toBe(1);
    }
    expect([...first.sets, ...second.sets]).toEqual([]);
  });

  test.each(['store', 'hangs'] as const)('while the store is away (%s) everybody is answered, and it is left alone for a moment', async (way) => {
    const [first, second] = [await openOffice(), await openOffice()];
    await first.ask(NODES);
    await settled(first);
    outage[way] = true;
    const started = performance.now();
    expect(await second.ask(NODES)).toMatchObject({ nodes: [{ name: 'Ada Lovelace' }, {}] });
    expect(performance.now() - started).toBeLessThan(5_000);
    expect(second.calls).toHaveLength(3);
    expect(await metric(second, 'failed_total')).toBe(1);
    await put('ada', 2, 'Adele');
    await publish(ADA, 2);
    expect(await second.ask(NODES)).toMatchObject({ nodes: [{ name: 'Adele Lovelace' }, {}] });
    expect(await metric(second, 'failed_total')).toBe(1);
  });

  test('while Redis is away altogether, what the write model can answer is answered', async () => {
    const office = await openOffice();
    brokerage.putInWriteModel(aLead({ tenant, name: 'ada', firstName: 'Ada' }));
    outage.redis = true;
    const node = `{ node(id: "${ADA}") { ... on Lead { name } } }`;
    for (let n = 0; n < 3; n += 1) expect(await office.ask(node)).toEqual({ node: { name: 'Ada Lovelace' } });
    expect(await metric(office, 'failed_total')).toBe(1);
  });

  test('a gateway that stops sends what is on its way into the store first', async () => {
    const [first, second] = [await openOffice(), await openOffice()];
    await first.ask(NODES);
    await first.gateway.stop();
    expect(first.sets).toEqual([true]);
    await second.ask(NODES);
    expect(second.calls).toEqual([]);
  });
});
