/** Who takes nothing of what was written to it, by what the system says. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { networkInterfaces } from 'node:os';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createUntaken, endsIn, type Untaken } from '../../../gateway/node/untaken.ts';
import { silentLogger } from '../../../platform/telemetry/logger.ts';

const WAIT = { timeout: 10_000 };
/** More than the other side's system takes by itself, and less than ours. */
const PIECE = Buffer.alloc(50_000);
const PIECES = 20;
const hasV6 = Object.values(networkInterfaces()).some((addresses) => addresses?.some(({ family, internal }) => internal && family === 'IPv6'));

describe.runIf(process.platform === 'linux')('a connection that takes nothing', () => {
  const ends: (() => void)[] = [];
  afterEach(() => ends.splice(0).forEach((end) => end()));

  const pair = async (server: Server): Promise<{ ours: Socket; theirs: Socket }> => {
    const { port, address } = server.address() as AddressInfo;
    const accepted = once(server, 'connection') as Promise<[Socket]>;
    const theirs = connect(port, address === '::' ? '127.0.0.1' : address);
    const [ours] = await accepted;
    // Theirs goes with something unread.
    ours.on('error', () => undefined);
    ends.push(() => theirs.destroy());
    return { ours, theirs: theirs.pause() };
  };
  const write = async (socket: Socket): Promise<void> => {
    for (let piece = 0; piece < PIECES && socket.writableLength === 0; piece += 1) {
      socket.write(PIECE);
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  const looking = (connections: () => Iterable<Socket>): Untaken => {
    const untaken = createUntaken(silentLogger, { everyMs: 20, againMs: 20, inAllBytes: -1, eachBytes: -1, manyBytes: 50_000 });
    untaken.watch(connections);
    ends.push(() => untaken.stop());
    return untaken;
  };

  it.each([
    ['IPv4', '127.0.0.1'],
    ['IPv4 at a server that takes both', '::'],
    ['IPv6', '::1'],
  ])('is known by what the system holds for it, and again when it has taken that (%s)', async (_what, host) => {
    const server = createServer().listen(0, hasV6 ? host : '127.0.0.1');
    ends.push(() => server.close());
    await once(server, 'listening');
    const [stalled, reading] = [await pair(server), await pair(server)];
    reading.theirs.resume();
    const untaken = looking(() => [stalled.ours, reading.ours]);
    await Promise.all([write(stalled.ours), write(reading.ours)]);
    await vi.waitFor(() => expect(untaken.bytesOf(stalled.ours)).toBeGreaterThan(50_000), WAIT);
    expect(untaken.bytesOf(reading.ours)).toBe(0);
    const few = new Promise<void>((resolve) => untaken.whenFew(stalled.ours, resolve));
    stalled.theirs.resume();
    await few;
    expect(untaken.bytesOf(stalled.ours)).toBe(0);
  });

  it('keeps nobody waiting when it is gone', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    ends.push(() => server.close());
    await once(server, 'listening');
    const { ours, theirs } = await pair(server);
    const untaken = looking(() => (ours.destroyed ? [] : [ours]));
    await write(ours);
    await vi.waitFor(() => expect(untaken.bytesOf(ours)).toBeGreaterThan(0), WAIT);
    const few = new Promise<void>((resolve) => untaken.whenFew(ours, resolve));
    theirs.resetAndDestroy();
    await few;
  });
});

describe('the ends of a connection', () => {
  it('are read as the system writes them', () => {
    expect(endsIn('1F90', '0100007F', 'D431')).toBe('8080 127.0.0.1 54321');
    expect(endsIn('1F90', '0000000000000000FFFF00000100007F', 'D431')).toBe('8080 ::ffff:127.0.0.1 54321');
    expect(endsIn('1F90', 'B80D0120000000000000000001000000', '0050')).toBe('8080 2001:db8::1 80');
  });
});
