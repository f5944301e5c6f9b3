/** Our Redis REST bridge as a child process: the Upstash REST protocol in front of a Redis. */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { keptPort } from './ports.ts';
import { ServiceMissingError, startService, type Service } from './service.ts';

const ENTRY = fileURLToPath(new URL('../../platform/redis-rest-bridge/main.ts', import.meta.url));

export async function startBridge(options: { folder: string; redisUrl: string }): Promise<{ service: Service; url: string; token: string }> {
  if (!existsSync(ENTRY)) throw new ServiceMissingError(`The bridge's entry is missing: ${ENTRY}`);
  mkdirSync(options.folder, { recursive: true });
  const port = await keptPort(options.folder, 'bridge');
  const token = keptSecret(options.folder, 'bridge');
  const url = `http://127.0.0.1:${port}`;
  const service = await startService({
    name: 'Redis REST bridge',
    file: process.execPath,
    args: [ENTRY],
    env: { BRIDGE_PORT: String(port), BRIDGE_TOKEN: token, REDIS_URL: options.redisUrl },
    stopSignal: 'SIGTERM',
    logFile: join(options.folder, 'bridge.log'),
    ready: () => healthy(`${url}/healthz`),
    startTimeoutMs: 20_000,
  });
  return { service, url, token };
}

/** A random secret, made once for this folder. */
export function keptSecret(folder: string, name: string): string {
  const file = join(folder, `${name}.token`);
  if (!existsSync(file)) writeFileSync(file, randomBytes(24).toString('hex'), { mode: 0o600 });
  return readFileSync(file, 'utf8').trim();
}

async function healthy(url: string): Promise<void> {
  const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
  await response.body?.cancel();
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
}
