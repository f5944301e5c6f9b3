/** The log behind HTTP: what it appends is in the real log as if it had been appended there. */
import { afterEach, describe, expect, it } from 'vitest';
import { createHttpLog, LogRefusedError } from '../../platform/log/http-log.ts';
import { LogUnavailableError, type Log } from '../../platform/log/log.ts';
import { createTableLog } from '../../platform/log/table-log.ts';
import { COMMAND_TOPICS } from '../../platform/log/topics.ts';
import { ORIGIN_LOG_PATH } from '../../platform/origin/paths.ts';
import { silentLogger } from '../../platform/telemetry/logger.ts';
import { serveHttp } from '../../workers/kit/http.ts';
import type { HttpAnswer, HttpRequest } from '../../workers/kit/role.ts';
import { createLogIntake } from '../../workers/origin/log-intake.ts';
import { createOriginRole } from '../../workers/origin/role.ts';
import { ownServerDatabase } from '../support/own-postgres.ts';
import { describeWithServices } from '../support/services.ts';
import { startWorkerKit } from '../support/worker-kit.ts';
import { record } from './log-suite-kit.ts';
import { logContract } from './log.suite.ts';

const TOKEN = 'a-token-for-origins';
const LEASE_MS = 2_000;
const COMMANDS = COMMAND_TOPICS.map(({ topic }) => topic);
type Answer = (request: HttpRequest) => Promise<HttpAnswer>;
const serve = (answer: Answer) => serveHttp({ host: '127.0.0.1', port: 0, logger: silentLogger, answer });

/** A real log whose records come by way of HTTP; reading is the real log's own. */
describeWithServices('the log behind HTTP', ['postgres'], ({ postgres }) => {
  logContract('HTTP over a table', async () => {
    const database = await ownServerDatabase(postgres.url);
    const real = createTableLog({ sql: database.sql, notify: true, instance: 'http-log', leaseMs: LEASE_MS });
    const intake = createLogIntake(real, () => true);
    const server = await serve(({ path, body }) => (path === ORIGIN_LOG_PATH ? intake.append(JSON.parse(body)) : intake.check()));
    const over = (log: Log): Log => ({ ...log, ...createHttpLog({ url: server.url, token: TOKEN, timeoutMs: 30_000 }) });
    const others: Log[] = [];
    return {
      log: over(real),
      async another() {
        const other = createTableLog({ sql: database.another(), notify: true, instance: `http-log-${others.length}`, leaseMs: LEASE_MS });
        others.push(other);
        return over(other);
      },
      leaseMs: LEASE_MS,
      async dispose() {
        await server.close();
        await Promise.all([real, ...others].map((log) => log.close()));
        await database.dispose();
      },
    };
  });

  it('is written to by those who hold the token, and to topics of commands only', async () => {
    const kit = await startWorkerKit(postgres.url);
    const role = await kit.start(createOriginRole(TOKEN));
    const server = await serve(async (request) => (await role.answer?.(request)) ?? { status: 404, body: 'nothing' });
    const log = createHttpLog({ url: server.url, token: TOKEN });
    await log.append(COMMANDS.map((topic, at) => record(topic, `acme:lead_${at}`, at)));
    await log.check();
    for (const topic of COMMANDS) expect(await kit.records(topic)).toHaveLength(1);
    for (const topic of ['leads.events.hot', 'leads.dead-letters', 'leads.commands.other', ''])
      await expect(log.append([record(topic, 'acme:lead_1', 1)])).rejects.toThrow(LogRefusedError);
    await expect(createHttpLog({ url: server.url, token: 'another-token-here' }).append([record('leads.commands.hot', 'k', 1)])).rejects.toThrow(/401/);
    kit.outages.append = true;
    await expect(log.append([record('leads.commands.hot', 'k', 1)])).rejects.toThrow(LogUnavailableError);
    await server.close();
    await kit.stop();
  });
});

describe('a log behind HTTP', () => {
  let server: Awaited<ReturnType<typeof serveHttp>> | undefined;
  afterEach(async () => {
    await server?.close();
    server = undefined;
  });
  const logOver = async (answer: Answer, timeoutMs = 2_000) => {
    server = await serve(answer);
    return createHttpLog({ url: server.url, token: TOKEN, timeoutMs });
  };
  const TAKEN: HttpAnswer = { status: 200, body: '{}' };

  it.each([
    [400, LogRefusedError],
    [401, LogRefusedError],
    [413, LogRefusedError],
    [422, LogRefusedError],
    [408, LogUnavailableError],
    [429, LogUnavailableError],
    [500, LogUnavailableError],
    [503, LogUnavailableError],
  ])('tells what is refused for ever from what passes: %i', async (status, error) => {
    const log = await logOver(async () => ({ status, body: 'a reason' }));
    await expect(log.append([record('t', 'k', 1)])).rejects.toThrow(error);
    await expect(log.append([record('t', 'k', 1)])).rejects.toThrow(/a reason/);
    await expect(log.check()).rejects.toThrow(error);
  });

  it('is unavailable where nobody answers, or not in time', async () => {
    const never = Promise.withResolvers<HttpAnswer>();
    const silent = await logOver(() => never.promise, 100);
    await expect(silent.append([record('t', 'k', 1)])).rejects.toThrow(LogUnavailableError);
    await expect(createHttpLog({ url: 'http://127.0.0.1:1', token: TOKEN }).append([record('t', 'k', 1)])).rejects.toThrow(LogUnavailableError);
    never.resolve(TAKEN);
  });

  it('cuts what is too much for one request, keeps the order, and sends nothing of what nobody waits for any more', async () => {
    const bodies: string[] = [];
    const giveUp = new AbortController();
    const log = await logOver(async ({ body }) => {
      bodies.push(body);
      return TAKEN;
    });
    const large = Array.from({ length: 5 }, (_, n) => ({ topic: 't', key: 'k', value: `${n}${'ü'.repeat(150_000)}` }));
    await log.append(large);
    const sent = bodies.map((body) => (JSON.parse(body) as { records: { value: string }[] }).records.map(({ value }) => value[0]));
    expect(sent).toEqual([['0', '1'], ['2', '3'], ['4']]);
    giveUp.abort();
    await expect(log.append(large, { signal: giveUp.signal })).rejects.toThrow(LogUnavailableError);
    expect(bodies).toHaveLength(3);
    await expect(log.append([{ topic: 't', key: 'k', value: 'x'.repeat(1_000_000) }])).rejects.toThrow(LogRefusedError);
  });
});
