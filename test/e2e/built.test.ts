/** What `npm run build` makes: the processes of the scaled size, alone in a folder. */
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportSPKI, generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { bundleProcesses, gatewaySnapshot } from '../../scripts/build/bundle.ts';
import { makeSnapshot } from '../../scripts/build/snapshot.ts';
import type { Api } from '../support/api.ts';
import { BARE_SERVER, firstAnswer, type FirstAnswer, type FirstQuestion } from '../support/first-answer.ts';
import { DEADLINE, startProgram, type Program } from '../support/program.ts';
import { describeWithServices } from '../support/services.ts';
import { startSystem } from '../support/system.ts';
import { CREATE_LEAD, readLead, type Receipt } from './leads.ts';

/** Outside of the repository: no node_modules is above it. */
const folder = mkdtempSync(join(tmpdir(), 'lead-intelligence-built-'));
beforeAll(() => bundleProcesses(folder));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function partsOf(api: Api): Promise<readonly object[]> {
  const { health } = await api.data<{ health: { components: readonly object[] } }>('{ health { components { component status } } }');
  return health.components;
}

describeWithServices('the built processes', ['kafka', 'redis', 'postgres', 'bridge'], () => {
  it('take a command in by one gateway, carry it out, and show it by the other, bundle and snapshot alike, with no packages beside them', async () => {
    const system = await startSystem('scaled', { built: folder });
    try {
      const [bundle, snapshot] = await Promise.all([system.api({ gateway: 0 }), system.api({ gateway: 1 })]);
      for (const [one, other, key] of [
        [bundle, snapshot, 'bundle'],
        [snapshot, bundle, 'snapshot'],
      ] as const) {
        const lead = { input: { firstName: 'Built', email: `${key}@example.com` }, key };
        // A machine that has much to do may be told to send it again.
        const { receipt } = await vi.waitFor(() => one.data<{ receipt: Receipt }>(CREATE_LEAD, lead), DEADLINE);
        await vi.waitFor(async () => expect(await readLead(other, receipt.leadId)).toMatchObject({ id: receipt.leadId, name: 'Built' }), DEADLINE);
        // What cannot be read comes from the origin: an answer alone does not say that Redis can be reached.
        await vi.waitFor(async () => expect(await partsOf(other)).toContainEqual({ component: 'readModels', status: 'UP' }), DEADLINE);
      }
    } catch (error) {
      console.error(system.logs());
      throw error;
    } finally {
      await system.stop();
    }
  });
});

/** Nothing has to be there: the first answer needs neither Redis nor Kafka. */
async function gatewayQuestion(): Promise<Pick<FirstQuestion, 'headers' | 'body'> & { readonly env: Readonly<Record<string, string>> }> {
  const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
  const token = await new SignJWT({ tenant: 'demo', roles: ['ADMIN'] })
    .setProtectedHeader({ alg: 'ES256' })
    .setSubject('somebody')
    .setExpirationTime('1h')
    .sign(privateKey);
  const nowhere = 'http://127.0.0.1:9';
  const secret = 'a secret that is long enough for tests';
  const env = {
    PORT: '0',
    JWT_PUBLIC_KEY: await exportSPKI(publicKey),
    KAFKA_BROKERS: '127.0.0.1:9',
    UPSTASH_REDIS_REST_URL: nowhere,
    UPSTASH_REDIS_REST_TOKEN: secret,
    ORIGIN_URL: nowhere,
    ORIGIN_TOKEN: secret,
  };
  return { env, headers: { authorization: `Bearer ${token}` }, body: JSON.stringify({ query: '{ viewer { id tenant } }' }) };
}

const READY = /"msg":"ready on (http:[^"]+)"/;
const PAGE = '<!doctype html><title>the page</title>';

/** Where the snapshot was put since it was made, with what lies beside it. */
function movedSnapshot(): string {
  const elsewhere = join(folder, 'elsewhere');
  cpSync(join(folder, 'gateway'), join(elsewhere, 'gateway'), { recursive: true });
  cpSync(gatewaySnapshot(folder), gatewaySnapshot(elsewhere));
  mkdirSync(join(elsewhere, 'dashboard', 'dist'), { recursive: true });
  writeFileSync(join(elsewhere, 'dashboard', 'dist', 'index.html'), PAGE);
  return gatewaySnapshot(elsewhere);
}

describe('a gateway that is started from its snapshot', () => {
  it('is a process of its own: its pid, its host, its start, its numbers by chance, and files where it lies now', { timeout: 120_000 }, async () => {
    const { env, headers } = await gatewayQuestion();
    const secondsBefore = Math.floor(Date.now() / 1000);
    // Once for both: a second copy would replace the file under the first process, which may be about to open it.
    const blob = movedSnapshot();
    const startOne = async (name: string): Promise<{ readonly program: Program; readonly url: string }> => {
      const program = startProgram({ name, args: [`--snapshot-blob=${blob}`], env });
      const [, url = ''] = await program.until(READY);
      return { program, url };
    };
    const [one, other] = await Promise.all([startOne('one'), startOne('other')]);
    try {
      const spoken = [one, other].map(
        ({ program }) => JSON.parse(READY.exec(program.output())?.input.split('\n')[0] ?? '') as { pid: number; hostname: string },
      );
      expect(new Set(spoken.map(({ pid }) => pid)).size).toBe(2);
      expect(spoken.map((line) => line.hostname)).toEqual([hostname(), hostname()]);

      const ask = async (url: string): Promise<string | null> => (await fetch(`${url}/graphql?query={viewer{id}}`, { headers })).headers.get('x-request-id');
      const ids = await Promise.all([one.url, other.url, one.url, other.url].map(ask));
      expect(new Set(ids).size).toBe(4);

      // Made a function by graphql-jit when it comes the third time; where it cannot, the log says so.
      const question = encodeURIComponent('{viewer{id} __type(name:"Viewer"){name}}');
      for (let time = 0; time < 5; time += 1) {
        const answer = await fetch(`${one.url}/graphql?query=${question}`, { headers });
        expect(await answer.json()).toEqual({ data: { viewer: { id: 'somebody' }, __type: { name: 'Viewer' } } });
      }
      expect(one.program.output()).not.toContain('compiled by graphql-jit');

      const metrics = await (await fetch(`${one.url}/metrics`)).text();
      const [, started] = /^lead_intelligence_process_start_time_seconds (\d+)$/m.exec(metrics) ?? [];
      expect(Number(started)).toBeGreaterThanOrEqual(secondsBefore);

      expect(await (await fetch(`${one.url}/leads`)).text()).toBe(PAGE);
      const editor = await fetch(`${one.url}/graphql`, { headers: { accept: 'text/html' } });
      expect(await editor.text()).toContain('GraphiQL');
    } finally {
      await Promise.all([one.program.stop(), other.program.stop()]);
    }
  });

  it('says what is wrong with its configuration, as any other does', async () => {
    const { env } = await gatewayQuestion();
    const program = startProgram({ name: 'misconfigured', args: ['--snapshot-blob', gatewaySnapshot(folder)], env: { ...env, PORT: 'eighty' } });
    expect(await program.ended).toMatchObject({ code: 1 });
    expect(program.output()).toContain('PORT must be a whole number');
  });
});

describe('a snapshot', () => {
  it.each([
    'globalThis.drawn = crypto.randomUUID();',
    'globalThis.drawn = Math.random();',
    "import { randomBytes } from 'node:crypto'; globalThis.drawn = randomBytes(8);",
  ])('is not made where a module draws numbers by chance while it is loaded, which every process would share: %s', async (source) => {
    const entry = join(folder, 'draws.mjs');
    writeFileSync(entry, source);
    const made = makeSnapshot({ entry, folder: join(folder, 'drawing'), blob: join(folder, 'drawing.blob'), leftOut: {} });
    await expect(made).rejects.toThrow('while a module was loaded');
  });
});

const STARTS = 7;
/** Twice bare node is what we want, of a machine that does nothing else (docs/benchmarks.md, start). */
const TIMES_BARE_MAX = 3;

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

describe('the built gateway', () => {
  it('answers its first query within twice or so what bare node takes to its first answer, from its snapshot', { timeout: 120_000 }, async () => {
    const question = await gatewayQuestion();
    const env = { ...process.env, ...question.env };
    const gateway = (): Promise<FirstAnswer> =>
      firstAnswer({ ...question, env, command: [process.execPath, '--snapshot-blob', gatewaySnapshot(folder)], cwd: folder });
    const bare = (): Promise<FirstAnswer> => firstAnswer({ ...question, env, command: [process.execPath, '--input-type=module', '--eval', BARE_SERVER] });
    // The first one reads the file into the system's memory.
    expect((await gateway()).text).toBe('{"data":{"viewer":{"id":"somebody","tenant":"demo"}}}');
    const ratios: number[] = [];
    for (let start = 0; start < STARTS; start += 1) {
      const [ours, theirs] = [await gateway(), await bare()];
      ratios.push(ours.cpuMs !== null && theirs.cpuMs !== null ? ours.cpuMs / theirs.cpuMs : ours.wallMs / theirs.wallMs);
    }
    console.info(`first answer of the gateway's snapshot, times bare node's: ${ratios.map((ratio) => ratio.toFixed(2)).join(', ')}`);
    expect(median(ratios)).toBeLessThan(TIMES_BARE_MAX);
  });
});
