/** A PostgreSQL server of our own, in a folder, on a loopback port. Never touches a server that already runs. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chownSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import postgres from 'postgres';
import { keptPort } from './ports.ts';
import { findProgram, postgresFolders } from './programs.ts';
import { ServiceMissingError, startService, type Service } from './service.ts';

const INSTALL = 'Install PostgreSQL 15 or newer: `apt-get install postgresql` on Debian, `brew install postgresql@17` on macOS.';
const DATABASE = 'lead_intelligence';

/** Without durability a commit does not wait for the disk: for tests only. */
const NOT_DURABLE = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off'];

type User = { readonly uid: number; readonly gid: number };

/** Trusts everyone on loopback: it is for development and tests. */
export async function startPostgres(options: { folder: string; durable: boolean }): Promise<{ service: Service; url: string }> {
  const program = findProgram('postgres', INSTALL, postgresFolders());
  const initdb = findProgram('initdb', INSTALL, [dirname(program), ...postgresFolders()]);
  mkdirSync(options.folder, { recursive: true });
  const user = process.getuid?.() === 0 ? otherUser() : undefined;
  const data = dataFolder(options.folder, user);
  if (!existsSync(join(data, 'PG_VERSION'))) {
    const made = spawnSync(initdb, ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--no-locale', '--no-sync'], { cwd: data, ...user });
    if (made.status !== 0) throw new Error(`initdb failed: ${made.error?.message ?? made.stderr.toString()}`);
  }
  refuseSecondServer(data);
  const port = await keptPort(options.folder, 'postgres');
  const settings = ['listen_addresses=127.0.0.1', `port=${port}`, 'unix_socket_directories=', 'max_connections=200', ...(options.durable ? [] : NOT_DURABLE)];
  const address = `postgres://postgres@127.0.0.1:${port}`;
  const service = await startService({
    name: 'Postgres',
    file: program,
    args: ['-D', data, ...settings.flatMap((setting) => ['-c', setting])],
    user,
    stopSignal: 'SIGINT',
    logFile: join(options.folder, 'postgres.log'),
    ready: () => makeDatabase(`${address}/postgres`),
    startTimeoutMs: 30_000,
  });
  return { service, url: `${address}/${DATABASE}` };
}

/** Postgres refuses to run as root: its own user where there is one, else nobody. */
function otherUser(): User {
  for (const name of ['postgres', 'nobody']) {
    const [uid, gid] = ['-u', '-g'].map((flag) => Number(spawnSync('id', [flag, name]).stdout?.toString().trim() || Number.NaN));
    if (uid && gid) return { uid, gid };
  }
  throw new ServiceMissingError('Postgres does not run as root, and there is neither a user `postgres` nor `nobody` to run it as.');
}

/** The folder itself, or one under the temporary folder where that other user cannot reach it. */
function dataFolder(folder: string, user: User | undefined): string {
  const inside = resolve(folder, 'postgres');
  const prepare = (data: string): string => {
    mkdirSync(data, { recursive: true, mode: 0o700 });
    if (user) chownSync(data, user.uid, user.gid);
    return data;
  };
  prepare(inside);
  if (!user || spawnSync('test', ['-w', inside], { ...user }).status === 0) return inside;
  return prepare(join(tmpdir(), `lead-intelligence-postgres-${createHash('sha256').update(inside).digest('hex').slice(0, 12)}`));
}

function refuseSecondServer(data: string): void {
  const file = join(data, 'postmaster.pid');
  if (!existsSync(file)) return;
  const pid = readFileSync(file, 'utf8').split('\n')[0] ?? '';
  const command = spawnSync('ps', ['-p', pid, '-o', 'args=']).stdout?.toString() ?? '';
  if (command.includes(data)) throw new Error(`A Postgres already runs on ${data} (process ${pid}). Stop what started it, or \`kill -INT ${pid}\`.`);
}

async function makeDatabase(url: string): Promise<void> {
  const sql = postgres(url, { max: 1, connect_timeout: 2, onnotice: () => undefined });
  try {
    const found = await sql`select 1 from pg_database where datname = ${DATABASE}`;
    if (found.length === 0) await sql.unsafe(`create database ${DATABASE}`);
  } finally {
    await sql.end({ timeout: 1 });
  }
}
