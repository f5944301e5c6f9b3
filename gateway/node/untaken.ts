/**
 * What the system holds of what was written to a connection, because the other side takes nothing. Node does not know, and cannot bound it: up to 4 MB
 * each (net.ipv4.tcp_wmem), of memory that all connections of the machine share, and every write until then costs as much as one that is read. Linux tells
 * of it in /proc/net. One small file says how much is held in all; only where that is much the long one is read, which says for whom.
 */
import { closeSync, openSync, readSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { Socket, SocketAddress } from 'node:net';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Logger } from '../../platform/telemetry/logger.ts';

export interface Untaken {
  /** Bytes that were held for it at the last look; 0: few, or nobody knows. */
  bytesOf(connection: Duplex): number;
  /** Calls `then` when a look finds few of them. */
  whenFew(connection: Duplex, then: () => void): void;
  /** Looks after these, too. */
  watch(connections: () => Iterable<Duplex>): void;
  stop(): void;
}

export interface UntakenLimits {
  /** Between two looks. */
  readonly everyMs: number;
  /** The same while much is held for somebody: who reads on waits no longer than this. */
  readonly againMs: number;
  /** Held by the machine for all its connections, below which nobody is looked for. */
  readonly inAllBytes: number;
  /** The same for each of ours, on the average. */
  readonly eachBytes: number;
  /** More than this is too much for one that takes nothing just then. */
  readonly manyBytes: number;
}

const LIMITS: UntakenLimits = { everyMs: 5_000, againMs: 1_000, inAllBytes: 64_000_000, eachBytes: 32_000, manyBytes: 128_000 };
const FOLDER = '/proc/net';
/** At least. */
const PAGE_BYTES = 4_096;
/**
 * Of an established connection: its local port, its remote end, the bytes not taken, what is waited for, and how often they were sent again. What is under
 * way to somebody far away is among the bytes, so they count only where the other side has shut its window (04) or does not answer (01, sent again).
 */
const LINE = /^ *\d+: [\dA-F]+:([\dA-F]{4}) ([\dA-F]+):([\dA-F]{4}) 01 ([\dA-F]{8}):[\dA-F]{8} (0[14]):[\dA-F]{8} ([\dA-F]{8})/;
const WINDOW_SHUT = '04';
/** The system has no such files, or does not show them: that stays. */
const STAYS: ReadonlySet<string | undefined> = new Set(['ENOENT', 'EACCES', 'EPERM']);

interface Held {
  bytes: number;
  readonly waiting: (() => void)[];
}

export function createUntaken(logger: Logger, change: Partial<UntakenLimits> = {}): Untaken {
  const limits = { ...LIMITS, ...change };
  const sources: (() => Iterable<Duplex>)[] = [];
  const held = new Map<Duplex, Held>();
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;
  let hasFailed = false;

  const isMuch = (bytes: number, connections: number): boolean => bytes > Math.max(limits.inAllBytes, limits.eachBytes * connections);
  const note = (connection: Duplex, bytes: number): void => {
    const known = held.get(connection);
    if (known === undefined) held.set(connection, { bytes, waiting: [] });
    else known.bytes = bytes;
  };
  const letGo = (connection: Duplex, { waiting }: Held): void => {
    held.delete(connection);
    for (const then of waiting) then();
  };
  const look = async (): Promise<void> => {
    const inAll = await heldInAll();
    if (held.size === 0 && inAll <= limits.inAllBytes) return;
    const connections = sources.flatMap((source) => [...source()]);
    if (held.size === 0 && !isMuch(inAll, connections.length)) return;
    const found = await heldByEnds(limits.manyBytes);
    const turn = createTurns();
    if (found.size > 0) {
      for (const connection of connections) {
        const bytes = found.get(endsOf(connection));
        if (bytes !== undefined) note(connection, bytes);
        await turn();
      }
    }
    for (const [connection, known] of held) if (!found.has(endsOf(connection))) letGo(connection, known);
  };
  const failed = (error: unknown): void => {
    const stays = STAYS.has((error as NodeJS.ErrnoException).code);
    if (!hasFailed)
      logger.info({ reason: String(error), stays }, 'the system does not say what it holds for connections: who reads nothing is known by what waits here');
    hasFailed = true;
    isStopped ||= stays;
    if (stays) for (const [connection, known] of held) letGo(connection, known);
  };
  const lookLater = (): void => {
    timer = setTimeout(
      () =>
        void look()
          .catch(failed)
          .finally(() => isStopped || lookLater()),
      held.size > 0 ? limits.againMs : limits.everyMs,
    ).unref();
  };
  lookLater();

  return {
    bytesOf: (connection) => (held.size === 0 ? 0 : (held.get(connection)?.bytes ?? 0)),
    whenFew(connection, then) {
      const known = held.get(connection);
      if (known === undefined) then();
      else known.waiting.push(then);
    },
    watch: (connections) => void sources.push(connections),
    stop() {
      isStopped = true;
      clearTimeout(timer);
    },
  };
}

async function heldInAll(): Promise<number> {
  const [, pages = '0'] = /^TCP: .* mem (\d+)$/m.exec(await readFile(join(FOLDER, 'sockstat'), 'latin1')) ?? [];
  return Number(pages) * PAGE_BYTES;
}

/** Of connections for which more than so much is held. */
async function heldByEnds(moreThan: number): Promise<Map<string, number>> {
  const found = new Map<string, number>();
  // Not every machine has both.
  const files = (await readdir(FOLDER)).filter((name) => name === 'tcp' || name === 'tcp6');
  for (const file of files) await eachLine(join(FOLDER, file), (line) => noteLine(line, moreThan, found));
  return found;
}

const CHUNK = Buffer.allocUnsafe(65_536);
/** What others wait for a look at a time. */
const TURN_MS = 0.5;

/** To be waited for between two steps: gives everybody else a turn where it has been that long. */
function createTurns(): () => Promise<void> | undefined {
  let turnedAtMs = performance.now();
  const takeTurn = async (): Promise<void> => {
    await nextTurn();
    turnedAtMs = performance.now();
  };
  return () => (performance.now() - turnedAtMs < TURN_MS ? undefined : takeTurn());
}

/**
 * Page by page, which is what the system gives: ten thousand connections are some megabytes. Without a thread: no disk is waited for, and handing pages
 * over from another one takes twice the time of reading them.
 */
async function eachLine(path: string, take: (line: string) => void): Promise<void> {
  const file = openSync(path, 'r');
  try {
    const turn = createTurns();
    let rest = '';
    for (let bytes = readSync(file, CHUNK); bytes > 0; bytes = readSync(file, CHUNK)) {
      const lines = `${rest}${CHUNK.toString('latin1', 0, bytes)}`.split('\n');
      rest = lines.pop() ?? '';
      lines.forEach(take);
      await turn();
    }
  } finally {
    closeSync(file);
  }
}

function noteLine(line: string, moreThan: number, found: Map<string, number>): void {
  const [, localPort = '', address = '', port = '', untaken = '', waitsFor, sentAgain = ''] = LINE.exec(line) ?? [];
  const bytes = Number.parseInt(untaken, 16);
  if (bytes > moreThan && (waitsFor === WINDOW_SHUT || Number.parseInt(sentAgain, 16) > 0)) found.set(endsIn(localPort, address, port), bytes);
}

const endsOf = (connection: Duplex): string =>
  connection instanceof Socket ? `${connection.localPort} ${connection.remoteAddress} ${connection.remotePort}` : '';

/** As endsOf says it, of what the system says in hexadecimal digits. */
export const endsIn = (localPort: string, address: string, port: string): string =>
  `${Number.parseInt(localPort, 16)} ${addressIn(address)} ${Number.parseInt(port, 16)}`;

/** Four bytes at a time, as the processor has them: the last one first. */
function addressIn(hex: string): string {
  const bytes = (hex.match(/.{8}/g) ?? []).flatMap((word) => (word.match(/../g) ?? []).toReversed());
  if (bytes.length === 4) return bytes.map((byte) => Number.parseInt(byte, 16)).join('.');
  const groups = bytes.join('').match(/.{4}/g) ?? [];
  return new SocketAddress({ family: 'ipv6', address: groups.join(':') }).address;
}
