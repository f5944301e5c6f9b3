/** A redis-server of the test's own, to be killed, stopped and started again without disturbing anybody. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../scripts/services/ports.ts';

export interface OwnRedis {
  readonly url: string;
  /** Ends it without a word to anybody (its data is gone). */
  kill(): Promise<void>;
  /** Starts it again on the same port, empty. */
  restart(): Promise<void>;
  /** Stops answering, connections stay open. */
  freeze(): void;
  thaw(): void;
  stop(): Promise<void>;
}

/** False where there is no redis-server: then suites skip aloud, and fail with CI=true. */
export function haveRedisServer(): boolean {
  if (spawnSync('redis-server', ['--version']).status === 0) return true;
  if (process.env['CI'] === 'true') throw new Error('redis-server is missing, and with CI=true nothing may be skipped');
  console.warn('SKIPPED: redis-server is not installed on this machine; what needs a real Redis was not tested');
  return false;
}

async function launch(port: number, folder: string): Promise<ChildProcess> {
  const child = spawn('redis-server', ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const chunk of child.stdout) if (String(chunk).includes('Ready to accept connections')) return drained(child);
  throw new Error(`redis-server ended with ${child.exitCode} before it was ready`);
}

function drained(child: ChildProcess): ChildProcess {
  child.stdout?.resume();
  return child;
}

export async function startOwnRedis(): Promise<OwnRedis> {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'own-redis-'));
  let child = await launch(port, folder);
  const kill = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
  return {
    url: `redis://127.0.0.1:${port}`,
    kill,
    async restart() {
      await kill();
      child = await launch(port, folder);
    },
    freeze: () => void child.kill('SIGSTOP'),
    thaw: () => void child.kill('SIGCONT'),
    async stop() {
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
