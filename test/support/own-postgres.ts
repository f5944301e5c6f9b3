/** Databases that a suite has to itself: one on the real server, or an embedded one in a folder of its own. Migrated, gone afterwards. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '../../platform/embedded-postgres/embedded-postgres.ts';
import { connect, type Sql } from '../../platform/event-store/connect.ts';
import { migrate } from '../../platform/event-store/migrate.ts';

export interface OwnDatabase {
  readonly sql: Sql;
  readonly url: string;
  /** Real servers only: NOTIFY, and transactions side by side. */
  readonly isServer: boolean;
  /** A second pool, as another process would have. */
  another(): Sql;
  dispose(): Promise<void>;
}

async function own(url: string, isServer: boolean, remove: () => Promise<void>): Promise<OwnDatabase> {
  const pools: Sql[] = [];
  const another = (): Sql => {
    const sql = connect(url, { embedded: !isServer });
    pools.push(sql);
    return sql;
  };
  const sql = another();
  await migrate(sql);
  return {
    sql,
    url,
    isServer,
    another,
    async dispose() {
      await Promise.all(pools.map((pool) => pool.end({ timeout: 5 })));
      await remove();
    },
  };
}

/** `serverUrl` is a superuser's address of any database of the server. */
export async function ownServerDatabase(serverUrl: string): Promise<OwnDatabase> {
  const name = `own_${process.pid}_${randomBytes(4).toString('hex')}`;
  const admin = connect(serverUrl, { connectionsMax: 1 });
  await admin.unsafe(`create database ${name}`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return own(url.href, true, async () => {
    await admin.unsafe(`drop database ${name} with (force)`);
    await admin.end();
  });
}

export async function ownEmbeddedDatabase(): Promise<OwnDatabase> {
  const dataDir = await mkdtemp(join(tmpdir(), 'own-postgres-'));
  const embedded = await startEmbeddedPostgres({ dataDir });
  return own(embedded.url, false, async () => {
    await embedded.stop();
    await rm(dataDir, { recursive: true, force: true });
  });
}
