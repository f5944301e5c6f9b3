/** A process of its own that uses an embedded database until it is killed: commits a row, says so on stdout, again and again. Argument: the folder. */
import { startEmbeddedPostgres } from '../../platform/embedded-postgres/embedded-postgres.ts';
import { connect } from '../../platform/event-store/connect.ts';

const dataDir = process.argv[2] ?? '';
const embedded = await startEmbeddedPostgres({ dataDir });
const sql = connect(embedded.url, { embedded: true });
await sql`create table if not exists written (n int primary key)`;
for (let n = 1; ; n++) {
  await sql`insert into written values (${n})`;
  process.stdout.write(`${n}\n`);
}
