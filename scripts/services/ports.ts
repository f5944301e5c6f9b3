/** Loopback ports that a service keeps over its restarts. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';

/**
 * Under those that systems give to outgoing connections (Linux from 32,768, macOS and Windows from 49,152): between our look and the
 * service's own bind, and while a service is down between two starts, no connection of anybody can come by such a port.
 */
export const PORTS = { first: 15_000, end: 32_000 } as const;

/** Processes that choose at the same moment begin apart, and a process never offers a port twice. */
const APART = 37;
let next = (process.pid * APART) % (PORTS.end - PORTS.first);

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

/** A port of PORTS that nobody listens on. For servers that must know theirs before they start; others should listen on 0. */
export async function freePort(): Promise<number> {
  for (let tried = PORTS.first; tried < PORTS.end; tried += 1) {
    const port = PORTS.first + next;
    next = (next + 1) % (PORTS.end - PORTS.first);
    if (await isFree(port)) return port;
  }
  throw new Error(`No free port on 127.0.0.1 from ${PORTS.first} to ${PORTS.end - 1}`);
}

/** A free port, the same as last time in this folder while nobody else has taken it. */
export async function keptPort(folder: string, name: string): Promise<number> {
  const file = join(folder, `${name}.port`);
  const last = existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0;
  const port = last > 0 && (await isFree(last)) ? last : await freePort();
  writeFileSync(file, String(port));
  return port;
}
