/** What a person did wrong, or did not start, in a sentence that names the variable and what to do. No stack: it would tell them nothing. */
import { ConfigError } from '../config/variables.ts';
import { FolderLockedError } from '../embedded-postgres/folder-lock.ts';
import { LogUnavailableError } from '../log/log.ts';

/** What the process was told to use. */
export interface Addresses {
  readonly host: string;
  /** The variable that its port comes from. */
  readonly portVariable: 'PORT' | 'WORKER_PORT';
  readonly dataDir?: string | undefined;
  readonly databaseUrl?: string | undefined;
  readonly kafkaBrokers: readonly string[];
}

/** As node gives them for addresses and files. */
interface SystemError extends Error {
  readonly code: string;
  readonly syscall?: string;
  readonly port?: number;
  readonly hostname?: string;
  readonly path?: string;
}

/** PostgreSQL's refusals that the address, its user or its database cause. Any other is a defect of ours, with its stack. */
const REFUSED_BY_POSTGRES = /^(28...|3D000|42501|53300|57P03)$/;
const UNREACHABLE = new Set(['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'CONNECT_TIMEOUT']);

const isSystemError = (error: Error): error is SystemError => 'code' in error && typeof error.code === 'string';

function explain(error: unknown, config: Addresses | undefined): string | null {
  if (!(error instanceof Error)) return null;
  if (error instanceof ConfigError || error instanceof FolderLockedError) return error.message;
  if (config === undefined) return null;
  if (error instanceof LogUnavailableError && config.kafkaBrokers.length > 0) {
    return `KAFKA_BROKERS: no Kafka answers at ${config.kafkaBrokers.join(', ')}. Start it, or correct the addresses; not set, the log is a table in the database.`;
  }
  if (!isSystemError(error)) return null;
  return explainListening(error, config) ?? explainDatabase(error, config) ?? explainFolder(error, config);
}

function explainListening(error: SystemError, { host, portVariable }: Addresses): string | null {
  if (error.syscall === 'listen' && error.code === 'EADDRINUSE') {
    return `${portVariable}: another program listens on ${host}:${error.port} already. Stop it, or choose another port (0 takes a free one).`;
  }
  if (error.syscall === 'listen' && error.code === 'EACCES') {
    return `${portVariable}: this user may not listen on port ${error.port}. Choose one above 1023.`;
  }
  if ((error.syscall === 'listen' && error.code === 'EADDRNOTAVAIL') || (error.syscall === 'getaddrinfo' && error.hostname === host)) {
    return `HOST: ${host} is not an address of this machine. 127.0.0.1 is this machine only, 0.0.0.0 all of its addresses.`;
  }
  return null;
}

function explainDatabase(error: SystemError, { databaseUrl }: Addresses): string | null {
  if (databaseUrl === undefined) return null;
  const { host, pathname } = new URL(databaseUrl);
  if (UNREACHABLE.has(error.code)) {
    return `DATABASE_URL: no PostgreSQL answers at ${host} (${error.code}). Start it, or correct the address; not set, an embedded one is used.`;
  }
  if (error.name === 'PostgresError' && REFUSED_BY_POSTGRES.test(error.code)) {
    return `DATABASE_URL: PostgreSQL at ${host} refused the database ${JSON.stringify(pathname.slice(1))}: ${error.message}. Make what is missing there, or correct the address.`;
  }
  return null;
}

function explainFolder(error: SystemError, { dataDir }: Addresses): string | null {
  if (dataDir === undefined || error.path === undefined || !error.path.includes(dataDir)) return null;
  return `DATA_DIR: ${dataDir} cannot be used as a folder (${error.message}). Choose one that this user may write to.`;
}

/** Ends a process that could not start, with what a person can do about it; `addresses` is undefined where reading them failed. */
export function leaveWith(error: unknown, addresses: Addresses | undefined): never {
  process.stderr.write(`${explain(error, addresses) ?? (error instanceof Error ? error.stack : String(error))}\n`);
  process.exit(1);
}
