import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import type { CommandEnvelope } from '../../../domain/messages.ts';
import type { LeadId } from '../../../domain/ids.ts';
import { createStoreOrigin } from '../../../platform/origin/store-origin.ts';
import { batchReads } from '../../../platform/read-models/batched-read-models.ts';
import { GENERATIONS_KEY } from '../../../platform/read-models/generation-pointer.ts';
import type { ReadModels } from '../../../platform/read-models/read-models.ts';
import { createRedisGenerations } from '../../../platform/read-models/redis-generations.ts';
import type { LiveBus } from '../../../platform/live-bus/live-bus.ts';
import { createUpstashReadModels } from '../../../platform/read-models/upstash-read-models.ts';
import { createGatewayShared, createRequestContext } from '../../../resolvers/request-context.ts';
import { rebuildGenerations, type RebuildOptions } from '../../../scripts/rebuild/rebuild-generations.ts';
import { commandHandlerRole } from '../../../workers/command-handler/role.ts';
import { buildGeneration, WrongGenerationError } from '../../../workers/projector/generations/build.ts';
import { beginPace } from '../../../workers/projector/generations/pace.ts';
import { projectorRole } from '../../../workers/projector/role.ts';
import { relayRole } from '../../../workers/relay/role.ts';
import { fieldOf, run } from '../../support/execute.ts';
import { scoreOf } from '../../support/facts.ts';
import { startOwnRestRedis, type OwnRestRedis } from '../../support/own-redis-rest.ts';
import { startProgram } from '../../support/program.ts';
import { describeWithServices } from '../../support/services.ts';
import { ACME, addNote, commandOf, createLead, leadId, startWorkerKit, WAIT, type WorkerKit } from '../../support/worker-kit.ts';
import { TIERS } from '../../../domain/scoring/score.ts';
import { LEADS_TOTAL, tierTotal } from '../../../domain/views/lead-totals.ts';

const RECEIPT_OF = 'query ($id: ID!) { command(id: $id) { status } }';
const LEAD_OF = 'query ($id: ID!) { lead(id: $id) { id version } }';
const ALL_LEADS = '{ leads(first: 100) { edges { node { id version } } } }';
interface Leads {
  readonly edges: readonly { readonly node: { readonly id: string; readonly version: number } }[];
}

describeWithServices('generations of views', ['postgres', 'redis'], ({ postgres }) => {
  let own: OwnRestRedis;
  let kit: WorkerKit;
  let readModels: ReadModels;
  beforeAll(async () => {
    own = await startOwnRestRedis();
  });
  afterAll(() => own.stop());
  beforeEach(async () => {
    await own.client().command(['FLUSHALL']);
    readModels = batchReads(createUpstashReadModels({ client: own.client() }));
    kit = await startWorkerKit(postgres.url, { readModels, generations: createRedisGenerations(own.client()) });
    await kit.start(commandHandlerRole);
    await kit.start(relayRole);
  });
  afterEach(() => kit.stop());

  const generations = () => createRedisGenerations(own.client());
  const pointer = async () => (await generations().read()).pointer;
  const trusted = () => vi.waitFor(async () => expect((await pointer())?.serving).toBeTruthy(), WAIT);
  const visible = (...commands: CommandEnvelope[]) =>
    vi.waitFor(async () => {
      for (const command of commands) expect((await kit.receipt(command))?.status).toBe('VISIBLE');
    }, WAIT);
  const ids = Array.from({ length: 12 }, (_, n) => leadId(`lead-${n}`));
  const aDay = async (): Promise<void> => {
    const created = ids.map((id) => commandOf(createLead(id, `${id}@x.com`)));
    await kit.send(...created);
    await kit.outcomes(created);
    const changes = ids.flatMap((id, n) => [
      commandOf(addNote(id, `note ${n}`)),
      commandOf({ type: 'RecordScore', leadId: id, score: scoreOf(10 + n * 7), basedOnVersion: 1 }),
      commandOf({ type: 'AddTag', leadId: id, tag: n % 2 === 0 ? 'vip' : 'cold' }),
    ]);
    await kit.send(...changes);
    await visible(...created, ...changes);
    const erasure = commandOf({ type: 'EraseLead', leadId: ids[3] ?? leadId('none') });
    await kit.send(erasure);
    await visible(erasure);
  };
  const listed = async (models: ReadModels = readModels): Promise<string[]> => {
    const query = { tenant: ACME, kind: 'lead', order: 'SCORE', direction: 'DESC', facets: [], where: [], words: [], first: 100 } as const;
    return (await models.list(query)).items.map(({ id, version }) => `${id}@${version}`);
  };
  const totals = (): Promise<number[]> => readModels.totals({ tenant: ACME, kind: 'lead', names: [LEADS_TOTAL, ...TIERS.map(tierTotal)] });
  /** As `npm run rebuild` does it. */
  const rebuild = async (options: Partial<RebuildOptions> = {}): Promise<{ code: number; said: string }> => {
    const said: string[] = [];
    const ports = { ...kit.newProcess(), generations: generations() };
    const { signal } = new AbortController();
    const code = await rebuildGenerations(ports, { repair: false, signal, settleMs: 3_000, say: (line) => said.push(line), ...options });
    return { code, said: said.join('\n') };
  };
  const keysOf = async (generation: number): Promise<unknown[]> => (await own.client().command(['KEYS', `*:g${generation}:*`])) as unknown[];

  /** A gateway over the same stores that keeps nothing of them in memory: its live bus is not to be trusted. */
  const gateway = () => {
    const { log, clock, logger } = kit.ports;
    const subscribe: LiveBus['subscribe'] = async (...heard) => ({ ...(await kit.ports.liveBus.subscribe(...heard)), silentMs: () => Infinity });
    const liveBus: LiveBus = { ...kit.ports.liveBus, subscribe };
    const models = batchReads(createUpstashReadModels({ client: own.client() }));
    const ports = { log, readModels: models, liveBus, origin: createStoreOrigin(kit.ports), clock, logger, tokenSecret: 'a secret for tests' };
    const shared = createGatewayShared(ports, { commandWaitMs: 2_000, receiptPollMs: 20, versionWaitMs: 200 });
    const identity = { tenant: ACME, subject: 'ann', roles: ['MANAGER' as const], expiresAtMs: Date.parse('2100-01-01') };
    return (source: string, variables: Record<string, unknown> = {}) =>
      run(createRequestContext(ports, shared, { requestId: 'r1', identity }), source, variables);
  };

  it('tell those who keep answers whenever another one answers, or none', async () => {
    const told: string[] = [];
    const subscription = await kit.ports.liveBus.subscribe(({ kind, id }) => void (kind === 'views' && told.push(id)));
    await kit.start(projectorRole);
    await vi.waitFor(() => expect(told).toEqual(['generation-none', 'generation-2']), WAIT);
    await aDay();
    await rebuild();
    await vi.waitFor(() => expect(told.slice(2)).toEqual(['generation-3']), WAIT);
    await own.client().command(['FLUSHALL']);
    await vi.waitFor(() => expect(told.slice(3)).toEqual(['generation-none', 'generation-4']), WAIT);
    await subscription.stop();
  });

  it('a new Redis serves lists within moments of the start of the projector, and none before', async () => {
    const ask = gateway();
    expect(await ask(ALL_LEADS)).toMatchObject({ errors: [{ extensions: { code: 'UNAVAILABLE', retryAfter: expect.any(Number) as number } }] });
    const startedAt = performance.now();
    const projector = await kit.start(projectorRole);
    await vi.waitFor(async () => expect(await ask(ALL_LEADS)).toMatchObject({ data: { leads: { edges: [] } }, errors: [] }), WAIT);
    // About a second; the machine may be busy.
    expect(performance.now() - startedAt).toBeLessThan(5_000);
    await vi.waitFor(() => expect(projector.health().facts).toMatchObject({ serving_generation: 2, healed_total: 1 }), WAIT);
  });

  it('a rebuild beside live projection proves that both are equal, switches, and removes the old one', async () => {
    await kit.start(projectorRole);
    await trusted();
    await aDay();
    const before = (await pointer())?.serving ?? 0;
    const meanwhile = ids.map((id) => commandOf(addNote(id, 'meanwhile'), { lane: 'cold' }));
    const fresh = commandOf(createLead(leadId('fresh')));
    const [{ code, said }] = await Promise.all([rebuild(), kit.send(...meanwhile.filter(({ streamId }) => streamId !== ids[3]), fresh)]);
    expect(said).toContain(`Building generation ${before + 1}; generation ${before} serves meanwhile.`);
    expect(said).toMatch(new RegExp(`1[23] views .* compared with the write model and with generation ${before}: 1[23] equal`));
    expect(said).toContain(`Switched: generation ${before + 1} serves.`);
    expect(code).toBe(0);
    expect(await pointer()).toMatchObject({ serving: before + 1, building: null });
    await visible(fresh);
    await vi.waitFor(async () => expect(await listed()).toHaveLength(12), WAIT);
    expect(await keysOf(before)).toEqual([]);
    // What is projected from here on goes on where the rebuild was.
    const later = commandOf(addNote(leadId('fresh'), 'later'));
    await kit.send(later);
    await visible(later);
    expect(await listed()).toContain(`${leadId('fresh')}@2`);
  });

  it('goes on where it was interrupted', async () => {
    await kit.start(projectorRole);
    await trusted();
    const created = Array.from({ length: 160 }, (_, n) => commandOf(createLead(leadId(`many-${n}`))));
    await kit.send(...created);
    await visible(...created);
    const stopping = new AbortController();
    const ports = { ...kit.newProcess(), generations: generations() };
    const first = await beginPace(ports, 'rebuild', { duty: 1, signal: stopping.signal });
    let filled = 0;
    const interrupted = buildGeneration(ports, first, {
      repair: false,
      onStreams: (_, count) => {
        filled += count;
        if (filled >= 100) stopping.abort(new Error('interrupted'));
      },
    });
    await expect(interrupted).rejects.toThrow('interrupted');
    await first.end();
    const building = (await pointer())?.building;
    expect(building).toBeGreaterThan(0);
    const second = await beginPace(ports, 'rebuild', { duty: 1, signal: new AbortController().signal });
    const counts = { fill: 0, compare: 0 };
    const built = await buildGeneration(ports, second, { repair: false, onStreams: (phase, count) => (counts[phase] += count) });
    await second.end();
    expect(built).toMatchObject({ generation: building, resumed: true, switched: true, views: 160, equal: 160 });
    expect(counts).toEqual({ fill: 60, compare: 160 });
  });

  it('only one process builds at a time', async () => {
    await kit.start(projectorRole);
    await trusted();
    const other = await beginPace({ ...kit.newProcess(), generations: generations() }, 'rebuild', { duty: 1, signal: new AbortController().signal });
    expect(await rebuild({ waitMs: 300 })).toMatchObject({ code: 1, said: expect.stringContaining('Another process builds') as string });
    await other.end();
    expect((await rebuild()).code).toBe(0);
  });

  it('finds what is wrong in the views that serve, and repairs it only when told to', async () => {
    await kit.start(projectorRole);
    await trusted();
    await aDay();
    const serving = (await pointer())?.serving ?? 0;
    const prefix = `{${ACME}}:g${serving}:`;
    const [changed, unlisted, forgotten, lost, behind] = ids.toReversed() as [LeadId, LeadId, LeadId, LeadId, LeadId];
    const [right, rightTotals] = [await listed(), await totals()];
    const redis = own.client();
    const stored = JSON.parse(String(await redis.command(['HGET', `${prefix}v:lead:${changed}`, 'd']))) as object;
    await redis.command(['HSET', `${prefix}v:lead:${changed}`, 'd', JSON.stringify({ ...stored, firstName: 'Eve' })]);
    const [member] = (await redis.command(['ZRANGE', `${prefix}i:lead:SCORE:`, 0, 0])) as string[];
    await redis.command(['ZREM', `${prefix}i:lead:SCORE:`, String(member)]);
    await redis.command(['ZADD', `${prefix}i:lead:SCORE:tag:vip`, 0, `000\0${unlisted}`]);
    await redis.command(['ZREMRANGEBYSCORE', `${prefix}e:timeline:${forgotten}`, 2, 2]);
    await redis.command(['DEL', `${prefix}v:lead:${lost}`]);
    await redis.command(['HSET', `${prefix}v:lead:${behind}`, 'v', 2]);
    await redis.command(['HINCRBY', `${prefix}t:lead`, 'leads', 5]);
    const { code, said } = await rebuild();
    expect(code).toBe(1);
    for (const difference of [
      `${ACME}:${changed} has another document`,
      `${ACME}:${forgotten} has another timeline`,
      `${ACME}:${lost} has no view`,
      `${ACME}:${behind} is at version 2, not at 4`,
      'is missing from 1 of its lists',
      `${ACME} list i:lead:SCORE:tag:vip has`,
      `${ACME} list t:lead has`,
    ])
      expect(said).toContain(difference);
    expect(said).toContain('Not switched');
    expect((await pointer())?.serving).toBe(serving);
    const repaired = await rebuild({ repair: true });
    expect(repaired.said).toContain(`Going on with generation ${serving + 1}`);
    expect(repaired.code).toBe(0);
    expect(await listed()).toEqual(right);
    expect(await totals()).toEqual(rightTotals);
    expect((await rebuild()).code).toBe(0);
  });

  it('never switches to a generation that is not what the write model says', async () => {
    await kit.start(projectorRole);
    await trusted();
    await aDay();
    const serving = (await pointer())?.serving;
    const ports = { ...kit.newProcess(), generations: generations() };
    const pace = await beginPace(ports, 'rebuild', { duty: 1, signal: new AbortController().signal });
    const [id] = ids;
    const planted = { tenant: ACME, kind: 'lead' as const, id: id ?? '', version: 99, doc: '{}', index: null };
    let planting: Promise<unknown> = Promise.resolve();
    const building = buildGeneration(ports, pace, {
      repair: true,
      settleMs: 500,
      onBegin: ({ generation }) => {
        planting = ports.generations.of(generation).put([planted]);
      },
    });
    await expect(building).rejects.toThrow(WrongGenerationError);
    await planting;
    await pace.end();
    expect(await pointer()).toMatchObject({ serving, building: null });
  });

  it('after a flush in the middle of traffic no answer is wrong, and everything comes back by itself', async () => {
    const projector = await kit.start(projectorRole);
    await trusted();
    await aDay();
    const ask = gateway();
    const known = new Map((await listed()).map((each) => [each.slice(0, each.indexOf('@')), Number(each.slice(each.indexOf('@') + 1))]));
    const noted = commandOf(addNote(ids[0] ?? leadId('none'), 'before the flush'));
    await kit.send(noted);
    await visible(noted);
    const over = new AbortController();
    let [refused, listings] = [0, 0];
    const wrong: string[] = [];
    const reader = async (): Promise<void> => {
      while (!over.signal.aborted) {
        for (const [id, version] of known) {
          const lead = fieldOf(await ask(LEAD_OF, { id }), 'lead') as { version: number };
          if (lead.version < version) wrong.push(`${id} at ${lead.version}`);
        }
        const { data, errors } = await ask(ALL_LEADS);
        if (errors.length > 0) {
          refused += 1;
          if (errors[0]?.extensions['code'] !== 'UNAVAILABLE') wrong.push(String(errors[0]?.message));
          continue;
        }
        listings += 1;
        const found = new Map(((data?.['leads'] as Leads | undefined)?.edges ?? []).map(({ node }) => [node.id, node.version]));
        for (const [id, version] of known) if ((found.get(id) ?? -1) < version) wrong.push(`list: ${id} at ${found.get(id)}`);
      }
    };
    const writing = (async () => {
      for (let n = 0; !over.signal.aborted; n++) {
        const note = commandOf(addNote(ids[n % 3] ?? leadId('none'), `note ${n}`));
        await kit.send(note);
        await kit.outcomes([note]);
      }
    })();
    const reading = reader();
    await own.client().command(['FLUSHALL']);
    await vi.waitUntil(() => refused > 0, WAIT);
    await trusted();
    const before = listings;
    await vi.waitUntil(() => listings > before + 1, WAIT);
    over.abort();
    await Promise.all([reading, writing]);
    expect(wrong).toEqual([]);
    // Its receipt was flushed too: the inbox and the view say what is true.
    expect(await ask(RECEIPT_OF, { id: noted.id })).toMatchObject({ data: { command: { status: expect.stringMatching(/APPLIED|VISIBLE/) as string } } });
    expect(projector.health().facts).toMatchObject({ healed_total: 2 });
    await vi.waitFor(async () => expect((await rebuild()).code).toBe(0), WAIT);
  });

  it.each([
    ['in an older state', (_now: string, before: string) => before],
    ['with the views of another write model', (now: string) => now.replace(/"source":"[^"]*"/, '"source":"another"')],
    ['after a restart', (now: string) => now.replace(/"run":"[^"]*"/, '"run":"another"')],
  ])('a Redis that comes back %s is not trusted: the views are built anew', async (_, spoil) => {
    await kit.start(projectorRole);
    await trusted();
    await aDay();
    const right = await listed();
    const serving = (await pointer())?.serving ?? 0;
    const { text: before } = await generations().read();
    await vi.waitFor(async () => expect((await generations().read()).text).not.toBe(before), WAIT);
    await vi.waitUntil(async () => {
      const { text: now } = await generations().read();
      return (await own.client().command(['EVAL', SET_IF_STILL, 1, GENERATIONS_KEY, now, spoil(now, before)])) === 1;
    }, WAIT);
    await vi.waitFor(async () => expect((await pointer())?.serving ?? 0).toBeGreaterThan(serving), WAIT);
    expect(await listed()).toEqual(right);
  });

  it('npm run rebuild says what it does, and where there is nothing to do', async () => {
    await kit.start(projectorRole);
    await trusted();
    await aDay();
    const env = { DATABASE_URL: kit.database.url, UPSTASH_REDIS_REST_URL: own.address.url, UPSTASH_REDIS_REST_TOKEN: own.address.token };
    const rebuilt = startProgram({ name: 'rebuild', args: ['scripts/rebuild.ts', '--rate=1000'], env });
    expect(await rebuilt.ended).toEqual({ code: 0, signal: null });
    expect(rebuilt.output()).toContain('12 views');
    expect(rebuilt.output()).toContain('Switched');
    const embedded = startProgram({ name: 'rebuild', args: ['scripts/rebuild.ts'], env: {} });
    expect(await embedded.ended).toEqual({ code: 0, signal: null });
    expect(embedded.output()).toContain('every start of the process builds them anew');
    const misspelt = startProgram({ name: 'rebuild', args: ['scripts/rebuild.ts', '--rate=fast'], env });
    expect(await misspelt.ended).toEqual({ code: 2, signal: null });
  });
});

const SET_IF_STILL = "if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end redis.call('SET', KEYS[1], ARGV[2]) return 1";
