import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { makeId } from '../../../domain/ids.ts';
import { ORIGIN_VIEWS_PATH } from '../../../platform/origin/paths.ts';
import { commandTopic } from '../../../platform/log/topics.ts';
import { startProgram, type Program } from '../../support/program.ts';
import { describeWithServices } from '../../support/services.ts';
import { addNote, commandOf, createLead, leadId, startWorkerKit, WAIT, type WorkerKit } from '../../support/worker-kit.ts';

const TOKEN = 'a-token-for-origins';
const READY = /"url":"(http:[^"]+)"/;

describeWithServices('a worker process', ['postgres', 'bridge'], ({ postgres, bridge }) => {
  let kit: WorkerKit;
  let programs: Program[] = [];
  beforeEach(async () => {
    kit = await startWorkerKit(postgres.url);
  });
  afterEach(async () => {
    for (const program of programs) program.kill('SIGKILL');
    await Promise.all(programs.map(({ ended }) => ended));
    programs = [];
    await kit.stop();
  });

  const run = (args: readonly string[], env: Record<string, string> = {}): Program => {
    const program = startProgram({ name: 'worker', args: ['workers/main.ts', ...args], env: { WORKER_PORT: '0', ...env } });
    programs.push(program);
    return program;
  };
  const addresses = () => ({ DATABASE_URL: kit.database.url, UPSTASH_REDIS_REST_URL: bridge.url, UPSTASH_REDIS_REST_TOKEN: bridge.token, ORIGIN_TOKEN: TOKEN });
  const ready = async (program: Program): Promise<string> => (await program.until(READY))[1] ?? '';

  it('answers for its health, its readiness and its figures, and ends cleanly when it is asked to', async () => {
    const program = run(['--roles=command-handler,relay,projector,scoring,matching,analytics,origin'], addresses());
    const url = await ready(program);
    expect(await (await fetch(`${url}/healthz`)).text()).toBe('alive\n');
    const readyz = await fetch(`${url}/readyz`);
    expect([readyz.status, ((await readyz.json()) as { role: string; ok: boolean }[]).map(({ role, ok }) => `${role} ${ok}`)]).toEqual([
      200,
      ['command-handler', 'relay', 'projector', 'scoring', 'matching', 'analytics', 'origin'].map((role) => `${role} true`),
    ]);
    const metrics = await (await fetch(`${url}/metrics`)).text();
    expect(metrics).toContain('lead_intelligence_role_up{role="relay"} 1');
    expect(metrics).toContain('lead_intelligence_role_fact{role="command-handler",fact="commands_total"} 0');
    expect((await fetch(`${url}/nothing`)).status).toBe(404);
    const views = await fetch(`${url}${ORIGIN_VIEWS_PATH}`, { method: 'POST', body: '{"refs":[]}', headers: { authorization: `Bearer ${TOKEN}` } });
    expect(await views.json()).toEqual({ views: [] });
    program.kill('SIGTERM');
    expect(await program.ended).toEqual({ code: 0, signal: null });
  });

  it('says that it is not ready where its dependencies are away, and is again when they are back', async () => {
    const url = await ready(run(['--roles=relay'], addresses()));
    const status = async (): Promise<number> => (await fetch(`${url}/readyz`)).status;
    expect(await status()).toBe(200);
    await kit.withDatabaseDown(async () => vi.waitFor(async () => expect(await status()).toBe(503), WAIT));
    await vi.waitFor(async () => expect(await status()).toBe(200), WAIT);
  });

  it('names every mistake of its configuration and ends with code 1', async () => {
    const program = run(['--roles=relay,origin,sweeper,cook', '--lanes=hot,tepid'], {
      WORKER_PORT: 'high',
      KAFKA_BROKERS: '',
      ANTHROPIC_BASE_URL: 'x',
      ANTHROPIC_API_KEY: 'k',
    });
    expect(await program.ended).toEqual({ code: 1, signal: null });
    const named = [
      '"sweeper"',
      '"cook"',
      '"tepid"; the lanes are hot, warm, cold',
      'WORKER_PORT',
      'DATABASE_URL',
      'UPSTASH_REDIS_REST_URL',
      'ORIGIN_TOKEN',
      'ANTHROPIC_BASE_URL',
    ];
    expect(named.filter((name) => !program.output().includes(name))).toEqual([]);
    expect(program.output()).not.toContain('    at ');
  });

  it.each([
    ['no role at all', [], 'say which roles to run'],
    ['an argument that is none', ['relay'], 'Unexpected argument'],
    ['an option that is none', ['--role=relay'], 'Unknown option'],
  ])('is clear about %s', async (_, args, said) => {
    const program = run(args, addresses());
    expect((await program.ended).code).toBe(1);
    expect(program.output()).toContain(said);
    expect(program.output()).not.toContain('    at ');
  });

  it('ends with code 1 where the database cannot be reached', async () => {
    const program = run(['--roles=relay'], { ...addresses(), DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none' });
    expect((await program.ended).code).toBe(1);
    expect(program.output()).toContain('ECONNREFUSED');
  });

  it('loses no command and repeats none where it is killed in the middle and another takes over', async () => {
    const leads = Array.from({ length: 40 }, (_, n) => leadId(`lead-${n}`));
    const commands = leads.flatMap((lead, n) => [
      commandOf(createLead(lead, `${lead}@x.com`)),
      ...Array.from({ length: 49 }, (_unused, k) => commandOf(addNote(lead, `note ${k}`), { id: makeId('command', `k${n}-${k}`) })),
    ]);
    const killed = run(['--roles=command-handler'], addresses());
    await ready(killed);
    const send = (async () => {
      for (let from = 0; from < commands.length; from += 100) await kit.send(...commands.slice(from, from + 100));
    })();
    const count = async (): Promise<number> => Number((await kit.database.sql<{ n: string }[]>`select count(*) as n from inbox`)[0]?.n);
    await vi.waitUntil(async () => (await count()) > 0, WAIT);
    killed.kill('SIGKILL');
    expect((await killed.ended).signal).toBe('SIGKILL');
    await send;
    expect(await count()).toBeLessThan(commands.length);
    const second = run(['--roles=command-handler'], addresses());
    await vi.waitUntil(async () => (await count()) === commands.length, { timeout: 50_000, interval: 50 });
    await vi.waitUntil(() => kit.drained('command-handler.hot', commandTopic('hot')), WAIT);
    for (const lead of leads) {
      const events = await kit.events(lead);
      expect(events.map(({ version }) => version)).toEqual(Array.from({ length: 50 }, (_, n) => n + 1));
      expect(new Set(events.map(({ commandId }) => commandId)).size).toBe(50);
    }
    await second.stop();
  });
});
