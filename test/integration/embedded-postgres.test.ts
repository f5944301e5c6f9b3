import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../../platform/embedded-postgres/embedded-postgres.ts';
import { FolderLockedError } from '../../platform/embedded-postgres/folder-lock.ts';
import { connect, type Sql } from '../../platform/event-store/connect.ts';

describe('the embedded Postgres', () => {
  const cleanUps: (() => unknown)[] = [];
  afterEach(async () => {
    for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
  });
  const newFolder = (): string => {
    const folder = mkdtempSync(join(tmpdir(), 'embedded-'));
    cleanUps.push(() => rmSync(folder, { recursive: true, force: true }));
    return folder;
  };
  const start = async (dataDir: string): Promise<EmbeddedPostgres> => {
    const embedded = await startEmbeddedPostgres({ dataDir });
    cleanUps.push(() => embedded.stop());
    return embedded;
  };
  const open = (embedded: EmbeddedPostgres): Sql => {
    const sql = connect(embedded.url, { embedded: true });
    cleanUps.push(() => sql.end({ timeout: 5 }));
    return sql;
  };

  it('keeps what was written over a stop and a start', async () => {
    const folder = newFolder();
    const first = await start(folder);
    const sql = open(first);
    await sql`create table kept (text text)`;
    await sql`insert into kept values ('still here')`;
    await sql.end();
    await Promise.all([first.stop(), first.stop()]);
    expect([...(await open(await start(folder))`select text from kept`)]).toEqual([{ text: 'still here' }]);
  });

  it('refuses a second start in the same folder and says who is there', async () => {
    const folder = newFolder();
    const first = await start(folder);
    const refused = startEmbeddedPostgres({ dataDir: folder });
    await expect(refused).rejects.toBeInstanceOf(FolderLockedError);
    await expect(refused).rejects.toThrow(`in use by process ${process.pid}`);
    await first.stop();
    await start(folder);
  });

  it('lets one of several starters in', async () => {
    const folder = newFolder();
    const results = await Promise.allSettled(Array.from({ length: 4 }, () => start(folder)));
    expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
    const refused = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
    expect(refused.every((error) => error instanceof FolderLockedError)).toBe(true);
  });

  it('takes over what a dead process left, even where its number belongs to a living one by now', async () => {
    const folder = newFolder();
    await (await start(folder)).stop();
    writeFileSync(join(folder, 'lock.holder'), String(process.ppid));
    await expect(start(folder)).resolves.toBeDefined();
  });

  it('begins anew where making the database was interrupted', async () => {
    const folder = newFolder();
    mkdirSync(join(folder, 'postgres'), { recursive: true });
    writeFileSync(join(folder, 'postgres', 'PG_VERSION'), 'half');
    expect(await open(await start(folder))`select 1 as one`).toHaveLength(1);
  });

  it('has every committed row after kill -9', async () => {
    const folder = newFolder();
    const child = spawn(process.execPath, [fileURLToPath(new URL('../support/embedded-postgres-child.ts', import.meta.url)), folder], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    cleanUps.push(() => child.kill('SIGKILL'));
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
    await vi.waitFor(() => expect(said.split('\n').length).toBeGreaterThan(50), { timeout: 30_000, interval: 5 });
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
    const lastSaid = Number(said.trim().split('\n').at(-1));
    const rows = await open(await start(folder))<{ n: number }[]>`select n from written order by n`;
    expect(rows.length).toBeGreaterThanOrEqual(lastSaid);
    expect(rows.map((row) => row.n)).toEqual(rows.map((_, index) => index + 1));
  });

  it('never mixes the queries of its clients, failed ones and transactions among them', async () => {
    const embedded = await start(newFolder());
    const clients = Array.from({ length: 6 }, () => connect(embedded.url, { embedded: true, connectionsMax: 1 }));
    cleanUps.push(() => Promise.all(clients.map((sql) => sql.end({ timeout: 5 }))));
    await clients[0]?.unsafe('create table counted (client int, n int)');
    const work = async (sql: Sql, client: number): Promise<void> => {
      for (let n = 0; n < 40; n++) {
        // No name: the portal and the statement that all connections share.
        const [row] = await sql.unsafe('select $1::int as client, $2::int as n', [client, n]);
        expect(row).toEqual({ client, n });
        await expect(sql.unsafe('select 1 / $1::int', [0])).rejects.toThrow('division by zero');
        await sql.begin(async (tx) => {
          await tx`insert into counted values (${client}, ${n})`;
          expect((await tx`select 1 from counted where client = ${client}`).length).toBe(n + 1);
        });
      }
    };
    await Promise.all(clients.map(work));
  });

  it('goes on after a client that left in the middle of a transaction', async () => {
    const embedded = await start(newFolder());
    const sql = open(embedded);
    await sql`create table counted (n int)`;
    const leaving = connect(embedded.url, { embedded: true, connectionsMax: 1 });
    const begun = Promise.withResolvers<void>();
    const left = leaving.begin(async (tx) => {
      await tx`insert into counted values (1)`;
      begun.resolve();
      await new Promise(() => undefined);
    });
    await begun.promise;
    await Promise.all([expect(left).rejects.toThrow('CONNECTION'), leaving.end({ timeout: 0 })]);
    expect(await sql`select 1 from counted`).toHaveLength(0);
  });
});
