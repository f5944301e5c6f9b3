/** A gateway and its workers as processes of their own, on real services: what every door of the product is knocked at. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { ownServerDatabase } from '../../support/own-postgres.ts';
import { startProgram, type Program } from '../../support/program.ts';
import type { AvailableServices } from '../../support/services.ts';

export const ORIGIN_TOKEN = 'a token for the origin';
export const WEBHOOK_SECRET = 'a-secret-of-the-crm';
/** Of one process, after anything. It idles at about 150 MB; bodies may have 16 MB. */
const RESIDENT_BYTES_MAX = 900_000_000;
/** What no input may bring a process to say. */
const TROUBLE = /unhandled|uncaught|out of memory|a request failed unexpectedly|a request failed"|Error: .*\n\s+at /i;

export interface Processes {
  readonly gateway: URL;
  readonly worker: URL;
  readonly token: string;
  /** Throws where a process ended, does not answer, grew or said something that it never should. */
  expectWell(): Promise<void>;
  stop(): Promise<void>;
}

const READY = /"msg":"ready[^"]* on (http:[^"]+)"/;

export async function startProcesses(services: AvailableServices<'postgres' | 'bridge'>): Promise<Processes> {
  const folder = mkdtempSync(join(tmpdir(), 'fuzz-'));
  const database = await ownServerDatabase(services.postgres.url);
  const env = {
    DATA_DIR: folder,
    DATABASE_URL: database.url,
    UPSTASH_REDIS_REST_URL: services.bridge.url,
    UPSTASH_REDIS_REST_TOKEN: services.bridge.token,
    ORIGIN_TOKEN,
    WEBHOOK_SECRETS: `demo=${WEBHOOK_SECRET}`,
    PORT: '0',
    WORKER_PORT: '0',
    LOG_LEVEL: 'info',
  };
  const programs: Program[] = [];
  const start = async (name: string, args: readonly string[], more: Record<string, string> = {}): Promise<URL> => {
    const program = startProgram({ name, args, env: { ...env, ...more } });
    programs.push(program);
    const [, url = ''] = await program.until(READY);
    return new URL(url);
  };
  const stop = async (): Promise<void> => {
    await Promise.all(programs.map((program) => program.stop()));
    await database.dispose();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const worker = await start('worker', ['workers/main.ts', '--roles=origin,command-handler,relay,projector']);
    const gateway = await start('gateway', ['gateway/main.node.ts'], { ORIGIN_URL: worker.origin });
    const { token } = (await (await fetch(new URL('/dev/token', gateway), { method: 'POST' })).json()) as { token: string };
    return { gateway, worker, token, stop, expectWell: () => expectWell({ gateway, worker, token, programs }) };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function expectWell({ gateway, worker, token, programs }: Pick<Processes, 'gateway' | 'worker' | 'token'> & { programs: Program[] }): Promise<void> {
  for (const program of programs) {
    if (!program.isRunning()) throw new Error(`${program.name} ended:\n${program.output().slice(-5_000)}`);
    const trouble = TROUBLE.exec(program.output());
    if (trouble) throw new Error(`${program.name} said: ${program.output().slice(Math.max(0, trouble.index - 2_000), trouble.index + 3_000)}`);
  }
  const body = JSON.stringify({ query: '{ viewer { id } leads(first: 1) { edges { cursor } } }' });
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
  expect(await (await fetch(new URL('/graphql', gateway), { method: 'POST', headers, body })).json()).toMatchObject({ data: { viewer: { id: 'demo-admin' } } });
  for (const url of [gateway, worker]) {
    const text = await (await fetch(new URL('/metrics', url))).text();
    const resident = Number(/^lead_intelligence_process_resident_memory_bytes (\S+)$/m.exec(text)?.[1]);
    expect(resident).toBeGreaterThan(0);
    expect(resident).toBeLessThan(RESIDENT_BYTES_MAX);
  }
}
