/** Dead letters in the database of the write model. */
import type { TenantId } from '../../domain/ids.ts';
import type { Sql } from '../event-store/connect.ts';
import { inStoreTerms } from '../event-store/database-errors.ts';
import { storable } from '../event-store/storable.ts';
import type { DeadLetterFilter, DeadLetterPage, DeadLetters } from './dead-letters.ts';
import { insertLetters, toLetter, type LetterRow } from './letter-rows.ts';

const FIRST_MAX = 500;
/** `<at>|<id>` of the page's last letter. */
const CURSOR = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)\|(dead_[A-Za-z0-9-]{1,64})$/;

/** Every method rejects with an EventStoreUnavailableError where the database cannot be reached. `list` throws a RangeError on a cursor or a size that is none. */
export function createPostgresDeadLetters({ sql }: { readonly sql: Sql }): DeadLetters {
  return {
    async put(letters) {
      if (letters.length > 0) await inStoreTerms(insertLetters(sql, letters));
    },

    async list({ tenant, filter, first, after }): Promise<DeadLetterPage> {
      if (!Number.isInteger(first) || first < 1 || first > FIRST_MAX) throw new RangeError(`a page holds 1 to ${FIRST_MAX} dead letters, not ${first}`);
      const rows = await inStoreTerms(sql<LetterRow[]>`
        select *, appended_at_ms::text from dead_letters
        where ${ofTenant(sql, tenant)} and ${matches(sql, filter)} and ${behind(sql, after)}
        order by at desc, id desc
        limit ${first + 1}`);
      const letters = rows.slice(0, first).map(toLetter);
      const last = letters.at(-1);
      return { letters, endCursor: last === undefined ? null : `${last.at}|${last.id}`, hasNextPage: rows.length > first };
    },

    async get(tenant, id) {
      const [row] = await inStoreTerms(sql<LetterRow[]>`
        select *, appended_at_ms::text from dead_letters where ${ofTenant(sql, tenant)} and id = ${storable(id)}`);
      return row === undefined ? null : toLetter(row);
    },
  };
}

const ofTenant = (sql: Sql, tenant: TenantId | null) => (tenant === null ? sql`true` : sql`tenant = ${tenant}`);

/** What is not asked for matches everything. */
function matches(sql: Sql, { topic, type, streamId, commandId, reason, since, until, replayed }: DeadLetterFilter) {
  const is = (column: string, value: string | undefined) => (value === undefined ? sql`` : sql` and ${sql(column)} = ${storable(value)}`);
  return sql`true${is('topic', topic)}${is('type', type)}${is('stream_id', streamId)}${is('command_id', commandId)}
    ${reason === undefined ? sql`` : sql` and strpos(lower(reason), lower(${storable(reason)})) > 0`}
    ${since === undefined ? sql`` : sql` and at >= ${since}::text::timestamptz`}
    ${until === undefined ? sql`` : sql` and at <= ${until}::text::timestamptz`}
    ${replayed === undefined ? sql`` : sql` and (replays > 0) = ${replayed}`}`;
}

function behind(sql: Sql, after: string | undefined) {
  if (after === undefined) return sql`true`;
  const match = CURSOR.exec(after);
  if (match?.[1] === undefined || match[2] === undefined) throw new RangeError('not a cursor of the dead letters');
  return sql`(at, id) < (${match[1]}::text::timestamptz, ${match[2]})`;
}
