import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { StreamId, TenantId } from '../../../domain/ids.ts';
import { deadLetterId, tenantId } from '../../../domain/ids.ts';
import { EventStoreUnavailableError } from '../../../platform/event-store/event-store.ts';
import { createHttpOrigin } from '../../../platform/origin/http-origin.ts';
import { OriginUnavailableError } from '../../../platform/origin/post.ts';
import {
  ORIGIN_DEAD_LETTER_PATH,
  ORIGIN_DEAD_LETTERS_PATH,
  ORIGIN_PATHS,
  ORIGIN_RECEIPT_PATH,
  ORIGIN_VIEWS_MAX,
  ORIGIN_VIEWS_PATH,
} from '../../../platform/origin/paths.ts';
import { silentLogger } from '../../../platform/telemetry/logger.ts';
import { commandHandlerRole } from '../../../workers/command-handler/role.ts';
import { serveHttp } from '../../../workers/kit/http.ts';
import type { HttpAnswer, RunningRole } from '../../../workers/kit/role.ts';
import { createOriginRole } from '../../../workers/origin/role.ts';
import { projectorRole } from '../../../workers/projector/role.ts';
import { relayRole } from '../../../workers/relay/role.ts';
import { letterOf, unreadableLetter } from '../../support/memory-dead-letters.ts';
import { describeWithServices } from '../../support/services.ts';
import { ACME, addNote, commandId, commandOf, createLead, leadId, startWorkerKit, WAIT, type WorkerKit } from '../../support/worker-kit.ts';

const TOKEN = 'a-token-for-origins';
const ADA = leadId('ada');
const NOT_FOUND: HttpAnswer = { status: 404, body: 'nothing' };
type Kind = 'lead' | 'property' | 'agent';
const ref = (id: string, kind: Kind = 'lead', tenant: TenantId = ACME) => ({ tenant, kind, id: id as StreamId });

describeWithServices('the origin', ['postgres'], ({ postgres }) => {
  let kit: WorkerKit;
  let served: { url: string; close(): Promise<void> }[] = [];
  beforeEach(async () => {
    kit = await startWorkerKit(postgres.url);
  });
  afterEach(async () => {
    await Promise.all(served.map((server) => server.close()));
    served = [];
    await kit.stop();
  });

  const serve = async (role: RunningRole): Promise<string> => {
    const server = await serveHttp({
      host: '127.0.0.1',
      port: 0,
      logger: silentLogger,
      answer: async (request) => (await role.answer?.(request)) ?? NOT_FOUND,
    });
    served.push(server);
    return server.url;
  };
  const start = async (token: string | undefined = TOKEN) => serve(await kit.start(createOriginRole(token)));
  const ask = (url: string, path: string, body: string, headers: Record<string, string> = { authorization: `Bearer ${TOKEN}` }) =>
    fetch(`${url}${path}`, { method: 'POST', body, headers });

  it('computes the same views that projection stored, and the receipts of the inbox', async () => {
    await kit.start(commandHandlerRole);
    await kit.start(relayRole);
    await kit.start(projectorRole);
    const details = { externalId: '1', status: 'ACTIVE', priceMinor: 1_000_000, features: [] };
    const commands = [
      commandOf(createLead(ADA, 'ada@x.com')),
      commandOf(addNote(ADA, 'x')),
      commandOf({ type: 'UpsertAgent', agentId: 'agent_1', details: { name: 'Ann', role: 'AGENT', capacity: 5, available: true } } as never),
      commandOf({ type: 'UpsertProperty', propertyId: 'prop_1', details } as never),
      commandOf({ type: 'EraseLead', leadId: leadId('gone') }),
      commandOf(createLead(leadId('gone'), 'gone@x.com')),
      commandOf({ type: 'EraseLead', leadId: leadId('gone') }),
    ];
    for (const command of commands) {
      await kit.send(command);
      await vi.waitUntil(async () => ['VISIBLE', 'REJECTED'].includes((await kit.receipt(command))?.status ?? ''), WAIT);
    }
    const refs = [ref(ADA), ref('agent_1', 'agent'), ref('prop_1', 'property'), ref(leadId('gone')), ref(ADA)];
    const origin = createHttpOrigin({ url: await start(), token: TOKEN });
    const views = await origin.views(refs);
    expect(views.map((view) => view && { version: view.version, doc: view.doc })).toEqual(await kit.readModels.get(refs));
    expect(views.filter((view) => view === null)).toHaveLength(2 - views.filter((view) => view?.kind === 'property' || view?.kind === 'agent').length);
    expect(await kit.readModels.put(views.flatMap((view) => view ?? []))).not.toContain(true);
    expect(await origin.receipt(ACME, commands[0]?.id ?? commandId('x'))).toMatchObject({ status: 'APPLIED', version: 1 });
  });

  it('has nothing for what is not there, for ids of another kind, for ids that are none, and for other tenants', async () => {
    await kit.start(commandHandlerRole);
    const create = commandOf(createLead(ADA));
    await kit.send(create);
    await kit.outcomes([create]);
    const origin = createHttpOrigin({ url: await start(), token: TOKEN });
    const rival = tenantId('rival');
    const refs = [ref('lead_nobody'), ref(ADA, 'property'), ref('a\u0000b'), ref('garbage'), ref(ADA, 'lead', rival), ref(ADA)];
    expect((await origin.views(refs)).map((view) => view?.id ?? null)).toEqual([null, null, null, null, null, ADA]);
    expect(await origin.receipt(rival, create.id)).toBeNull();
    expect(await origin.receipt(ACME, 'no\u0000id' as never)).toBeNull();
    expect(await origin.views([])).toEqual([]);
    expect(await origin.views(Array.from({ length: ORIGIN_VIEWS_MAX + 1 }, () => ref(ADA)))).toHaveLength(ORIGIN_VIEWS_MAX + 1);
  });

  it('answers with the dead letters of one tenant, and whether each can be tried again', async () => {
    const [command, rival] = [commandOf(addNote(ADA, 'x')), tenantId('rival')];
    const letters = [1, 2, 3].map((n) => letterOf(command, n, { reason: `reason ${n}` }));
    await kit.ports.deadLetters.put([
      ...letters,
      unreadableLetter(ACME, 4, '{'),
      letterOf({ ...command, tenant: rival }, 5),
      unreadableLetter(null, 6, 'nobody knows whose'),
    ]);
    const origin = createHttpOrigin({ url: await start(), token: TOKEN });
    const all = { tenant: ACME, filter: {}, first: 500 };
    const page = await origin.deadLetters({ tenant: ACME, filter: {}, first: 2 });
    expect(page).toEqual({ letters: [letters[2], letters[1]], endCursor: '2026-03-10T20:02:00.000Z|dead_2', hasNextPage: true });
    expect((await origin.deadLetters({ ...all, after: page.endCursor ?? undefined })).letters.map(({ id }) => id)).toEqual(['dead_1', 'dead_4']);
    expect((await origin.deadLetters({ ...all, filter: { reason: 'REASON 2', replayed: false } })).letters).toEqual([letters[1]]);
    expect((await origin.deadLetters({ ...all, tenant: rival })).letters.map(({ id }) => id)).toEqual(['dead_5']);
    expect(await origin.deadLetter(ACME, deadLetterId('1'))).toEqual({ letter: letters[0], replay: { command } });
    expect(await origin.deadLetter(ACME, deadLetterId('4'))).toMatchObject({ replay: { refusal: expect.any(String) as string } });
    for (const id of ['dead_5', 'dead_6', 'dead_7', 'garbage', 'no\u0000id']) expect(await origin.deadLetter(ACME, id as never)).toBeNull();
  });

  it('answers with no letter but of the tenant that was asked for, whoever answers', async () => {
    const letter = letterOf(commandOf(addNote(ADA, 'x'), { tenant: tenantId('rival') }));
    const answers = { page: { letters: [letter], endCursor: null, hasNextPage: false }, found: { letter, replay: { refusal: 'x' } } };
    for (const body of [JSON.stringify(answers), '{}', '{"page":{"letters":7},"found":7}']) {
      const server = await serveHttp({ host: '127.0.0.1', port: 0, logger: silentLogger, answer: async () => ({ status: 200, body }) });
      served.push(server);
      const origin = createHttpOrigin({ url: server.url, token: TOKEN });
      await expect(origin.deadLetters({ tenant: ACME, filter: {}, first: 1 })).rejects.toBeInstanceOf(OriginUnavailableError);
      await expect(origin.deadLetter(ACME, letter.id)).rejects.toBeInstanceOf(OriginUnavailableError);
    }
  });

  it('says what is wrong with a question about dead letters; there is none without a tenant', async () => {
    const url = await start();
    const good = { tenant: 'acme', filter: {}, first: 1 };
    const lists = [
      { ...good, tenant: null },
      { ...good, tenant: undefined },
      { ...good, tenant: '' },
      { ...good, first: 0 },
      { ...good, first: 501 },
    ];
    for (const body of [
      ...lists,
      { ...good, filter: { lane: 'hot' } },
      { ...good, filter: { since: 'today' } },
      { ...good, after: 'nowhere' },
      { tenant: 'acme' },
      null,
    ])
      expect([body, (await ask(url, ORIGIN_DEAD_LETTERS_PATH, JSON.stringify(body))).status]).toEqual([body, 400]);
    for (const body of [{ id: 'dead_1' }, { tenant: null, id: 'dead_1' }, { tenant: 'a:b', id: 'dead_1' }, { tenant: 'acme' }])
      expect([body, (await ask(url, ORIGIN_DEAD_LETTER_PATH, JSON.stringify(body))).status]).toEqual([body, 400]);
    expect(await (await ask(url, ORIGIN_DEAD_LETTERS_PATH, JSON.stringify(good))).json()).toEqual({
      page: { letters: [], endCursor: null, hasNextPage: false },
    });
  });

  it('answers nobody without the token, and nobody at all where it has none', async () => {
    const body = JSON.stringify({ refs: [] });
    const [url, closed] = [await start(), await serve(await kit.start(createOriginRole(undefined)))];
    const wrong = [{}, { authorization: TOKEN }, { authorization: `Bearer ${TOKEN}x` }, { authorization: 'Bearer ' }, { authorization: `bearer ${TOKEN}` }];
    for (const headers of wrong) for (const path of ORIGIN_PATHS) expect((await ask(url, path, body, headers)).status).toBe(401);
    for (const headers of [{}, { authorization: 'Bearer undefined' }, { authorization: `Bearer ${TOKEN}` }])
      expect((await ask(closed, ORIGIN_VIEWS_PATH, body, headers)).status).toBe(401);
    expect((await ask(url, ORIGIN_VIEWS_PATH, body)).status).toBe(200);
    await expect(createHttpOrigin({ url, token: 'another-token-here' }).views([ref(ADA)])).rejects.toBeInstanceOf(OriginUnavailableError);
  });

  it('says what is wrong with a request', async () => {
    const url = await start();
    const tooMany = JSON.stringify({ refs: Array.from({ length: ORIGIN_VIEWS_MAX + 1 }, () => ref(ADA)) });
    const garbage = [
      '',
      'null',
      '{',
      '[]',
      '{"refs":7}',
      '{"refs":[{"tenant":"a:b","kind":"lead","id":"lead_1"}]}',
      '{"refs":[{"tenant":"a","kind":"command","id":"x"}]}',
      tooMany,
    ];
    for (const body of garbage) {
      const answer = await ask(url, ORIGIN_VIEWS_PATH, body);
      expect([body.slice(0, 40), answer.status, await answer.json()]).toEqual([body.slice(0, 40), 400, { error: expect.any(String) as string }]);
    }
    expect((await ask(url, ORIGIN_RECEIPT_PATH, '{"tenant":"{}","id":"cmd_1"}')).status).toBe(400);
    expect((await ask(url, '/origin/else', '{}')).status).toBe(404);
    expect((await fetch(`${url}${ORIGIN_VIEWS_PATH}`)).status).toBe(405);
    const large = await ask(url, ORIGIN_VIEWS_PATH, 'x'.repeat(3_000_000));
    expect([large.status, await large.text()]).toEqual([413, expect.stringContaining('1000000 bytes')]);
    expect((await ask(url, ORIGIN_VIEWS_PATH, '{"refs":[]}')).status).toBe(200);
  });

  it('says that it cannot answer where the write model is away', async () => {
    const down = () => Promise.reject(new EventStoreUnavailableError('down'));
    const role = await kit.start(createOriginRole(TOKEN), { ...kit.ports, eventStore: { ...kit.ports.eventStore, loadStreams: down, findOutcome: down } });
    const url = await serve(role);
    expect((await ask(url, ORIGIN_VIEWS_PATH, JSON.stringify({ refs: [ref(ADA)] }))).status).toBe(503);
    const origin = createHttpOrigin({ url, token: TOKEN });
    await expect(origin.receipt(ACME, commandId('1'))).rejects.toThrow(/503/);
    await expect(origin.views([ref(ADA)])).rejects.toBeInstanceOf(OriginUnavailableError);
  });

  it('is unavailable where nobody answers, not in time, or something else does', async () => {
    const odd = async (answer: () => Promise<HttpAnswer>) => {
      const server = await serveHttp({ host: '127.0.0.1', port: 0, logger: silentLogger, answer });
      served.push(server);
      return server.url;
    };
    const never = Promise.withResolvers<HttpAnswer>();
    const urls = [
      'http://127.0.0.1:1',
      await odd(() => never.promise),
      await odd(async () => ({ status: 200, body: '<html>' })),
      await odd(async () => ({ status: 200, body: '{}' })),
      await odd(async () => ({ status: 200, body: '{"views":[]}' })),
      await odd(() => Promise.reject(new Error('a bug'))),
    ];
    for (const url of urls)
      await expect(createHttpOrigin({ url, token: TOKEN, timeoutMs: 200 }).views([ref(ADA)])).rejects.toBeInstanceOf(OriginUnavailableError);
    never.resolve({ status: 200, body: 'late' });
  });

  it('lets answers under way go out when it closes', async () => {
    const [asked, go] = [Promise.withResolvers<void>(), Promise.withResolvers<HttpAnswer>()];
    const server = await serveHttp({
      host: '127.0.0.1',
      port: 0,
      logger: silentLogger,
      async answer() {
        asked.resolve();
        return go.promise;
      },
    });
    const answer = fetch(`${server.url}//odd?path`);
    await asked.promise;
    const closed = server.close();
    go.resolve({ status: 200, body: 'whole' });
    expect(await (await answer).text()).toBe('whole');
    await closed;
  });
});
