import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freePort, keptPort, PORTS } from '../../../scripts/services/ports.ts';

describe('the ports of services', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'ports-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('lie where no outgoing connection of anybody can take them before the service binds', async () => {
    const ports = await Promise.all(Array.from({ length: 20 }, (_, at) => keptPort(folder, `service-${at}`)));
    const outgoingFrom = process.platform === 'linux' ? Number(readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8').split('\t')[0]) : 49_152;
    expect(ports.filter((port) => port < 1_024 || port >= outgoingFrom)).toEqual([]);
    expect(PORTS.end).toBeLessThanOrEqual(outgoingFrom);
  });

  it('are given to one asker only, though nobody listens yet', async () => {
    const ports = await Promise.all(Array.from({ length: 50 }, () => freePort()));
    expect(new Set(ports).size).toBe(50);
  });

  it('stay the same over restarts, and move where somebody else has come', async () => {
    const port = await keptPort(folder, 'kafka');
    expect(await keptPort(folder, 'kafka')).toBe(port);
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(port, '127.0.0.1', resolve));
    expect(await keptPort(folder, 'kafka')).not.toBe(port);
    await new Promise((resolve) => other.close(resolve));
  });
});
