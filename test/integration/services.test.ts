/** The services that tests and `npm run start:services` stand on: they keep what they hold, and none outlives the one who started it. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { startServices } from '../../scripts/services/index.ts';
import { describeWithServices } from '../support/services.ts';

const WAIT = { timeout: 20_000, interval: 50 };
const STARTER = new URL('../../scripts/services/index.ts', import.meta.url).href;

describeWithServices('services as child processes', ['redis'], () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'lead-intelligence-services-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const isListening = (port: number): Promise<boolean> =>
    new Promise((resolve) => {
      const socket = connect(port, '127.0.0.1');
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
      socket.once('connect', () => socket.destroy());
    });

  /** Another process that starts a Redis and then only waits. */
  async function starterProcess() {
    const options = JSON.stringify({ folder, which: { redis: true }, durable: false });
    const program = `import { startServices } from '${STARTER}'; const { env } = await startServices(${options}); console.log(env.REDIS_URL);`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
    const url = await new Promise<string>((resolve) => child.stdout.once('data', (text: Buffer) => resolve(text.toString().trim())));
    return { child, port: Number(new URL(url).port) };
  }

  it('keep port and data over a kill and a restart', async () => {
    const services = await startServices({ folder, which: { redis: true }, durable: true });
    const url = services.env['REDIS_URL'] ?? '';
    const redis = new Redis(url, { retryStrategy: () => 50 });
    redis.on('error', () => undefined);
    try {
      await redis.set('kept', 'yes');
      // The append-only file is synced each second; this asks for it now.
      await redis.call('WAITAOF', '1', '0', '5000').catch(() => redis.save());
      await services.redis?.kill('SIGKILL');
      await services.redis?.restart();
      await vi.waitFor(async () => expect(await redis.get('kept')).toBe('yes'), WAIT);
    } finally {
      redis.disconnect();
      await services.stop();
      await services.stop();
    }
    expect(await isListening(Number(new URL(url).port))).toBe(false);
  });

  it('end with a starter that is told to end', async () => {
    const { child, port } = await starterProcess();
    expect(await isListening(port)).toBe(true);
    child.kill('SIGTERM');
    await vi.waitFor(async () => expect(await isListening(port)).toBe(false), WAIT);
  });

  // Only Linux has the means (a signal to the child at its parent's death).
  it.runIf(process.platform === 'linux')('end with a starter that is killed', async () => {
    const { child, port } = await starterProcess();
    child.kill('SIGKILL');
    await vi.waitFor(async () => expect(await isListening(port)).toBe(false), WAIT);
  });

  it('say what is missing and how to install it', async () => {
    const path = process.env['PATH'];
    vi.stubEnv('PATH', folder);
    try {
      await expect(startServices({ folder, which: { redis: true }, durable: false })).rejects.toThrow(
        /`valkey-server` is missing\. `redis-server` is missing too\. .*apt-get install redis-server/,
      );
    } finally {
      vi.unstubAllEnvs();
    }
    expect(process.env['PATH']).toBe(path);
  });
});
