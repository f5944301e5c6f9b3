/** Loopback ports that a service keeps over its restarts. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';

/** The port if it is free on loopback; 0 takes any. Undefined where it is taken. */
function tryPort(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : undefined));
    });
  });
}

/** A free port, the same as last time in this folder while nobody else has taken it. */
export async function keptPort(folder: string, name: string): Promise<number> {
  const file = join(folder, `${name}.port`);
  const last = existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0;
  const port = (last > 0 ? await tryPort(last) : undefined) ?? (await tryPort(0));
  if (port === undefined) throw new Error('No free port on 127.0.0.1');
  writeFileSync(file, String(port));
  return port;
}
