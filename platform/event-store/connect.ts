/** Connections to PostgreSQL (15 or newer, or PGlite behind its socket), set up the way the write model and the table log expect. */
import postgres from 'postgres';

export type Sql = postgres.Sql;
/** What runs a query: the pool, or one transaction of it. */
export type Queryable = postgres.ISql;

export interface ConnectOptions {
  /** PGlite behind its socket: other connection limits, and no settings of its own for each connection (they would leak to the others). */
  readonly embedded?: boolean;
  /** Connections at the most. */
  readonly connectionsMax?: number;
  /** Shown in pg_stat_activity. */
  readonly applicationName?: string;
  /** A statement that runs longer is cancelled. */
  readonly statementTimeoutMs?: number;
  /** A transaction that sits idle longer is ended: it would hold the readers of the events back. */
  readonly idleTransactionTimeoutMs?: number;
  readonly connectTimeoutSeconds?: number;
}

/** All clients of PGlite take turns: more connections than these only wait in another place. */
export const embeddedSqlOptions = {
  max: 4,
  // A prepared statement outlives its connection there, so connections stay.
  max_lifetime: null,
} as const;

function serverSqlOptions(options: ConnectOptions) {
  return {
    max: 10,
    max_lifetime: 30 * 60,
    connection: {
      application_name: options.applicationName ?? 'lead-intelligence',
      statement_timeout: options.statementTimeoutMs ?? 30_000,
      idle_in_transaction_session_timeout: options.idleTransactionTimeoutMs ?? 15_000,
      TimeZone: 'UTC',
    },
  };
}

/** Makes a pool; it connects when first used. Whoever makes it ends it with `sql.end()`. */
export function connect(url: string, options: ConnectOptions = {}): Sql {
  return postgres(url, {
    ...(options.embedded === true ? embeddedSqlOptions : serverSqlOptions(options)),
    ...(options.connectionsMax === undefined ? {} : { max: options.connectionsMax }),
    connect_timeout: options.connectTimeoutSeconds ?? 5,
    // Types of our own are none: asking the server for them costs a query on each connection.
    fetch_types: false,
    onnotice: () => undefined,
    // A lost connection is tried again soon, and never later than after a second.
    backoff: (attempt) => Math.min(1, 0.05 * 2 ** attempt),
  });
}
