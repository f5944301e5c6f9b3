/** What a gateway process is told by its environment. Pure. */
import { readEnvironment, type Environment } from '../platform/config/variables.ts';

export type KeySourceConfig =
  | { readonly kind: 'jwks'; readonly url: string }
  | { readonly kind: 'publicKey'; readonly pem: string }
  /** A key pair of our own in dataDir; only dev tokens fit it. */
  | { readonly kind: 'dev' };

export interface GatewayConfig {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly dataDir: string;
  readonly logLevel: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent';
  readonly auth: { readonly keys: KeySourceConfig; readonly issuer?: string | undefined; readonly audience?: string | undefined };
  /** Give out tokens for demo users (POST /dev/token): only with our own keys and while listening on a loopback address. */
  readonly devTokens: boolean;
  readonly databaseUrl?: string | undefined;
  /** Empty: the log is a table in the database. */
  readonly kafkaBrokers: readonly string[];
  readonly redis?: { readonly url: string; readonly token: string } | undefined;
  readonly origin?: { readonly url: string; readonly token: string } | undefined;
  /** By tenant. */
  readonly webhookSecrets: ReadonlyMap<string, string>;
}

type Reader = ReturnType<typeof readEnvironment>;

const LOG_LEVELS = ['info', 'trace', 'debug', 'warn', 'error', 'silent'] as const;
const SECRET_CHARACTERS_MIN = 16;

/** True for an address that only this machine can reach. */
export const isLoopback = (host: string): boolean => /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?|::ffff:127(\.\d{1,3}){3})$/i.test(host);

/** Throws a ConfigError that names every mistake. */
export function gatewayConfig(env: Environment): GatewayConfig {
  const read = readEnvironment(env);
  const host = read.text('HOST');
  const keys = keySource(read);
  const config: GatewayConfig = {
    host,
    port: read.integer('PORT', 0, 65_535),
    dataDir: read.text('DATA_DIR'),
    logLevel: read.oneOf('LOG_LEVEL', LOG_LEVELS),
    auth: { keys, issuer: read.optional('JWT_ISSUER'), audience: read.optional('JWT_AUDIENCE') },
    devTokens: keys.kind === 'dev' && isLoopback(host),
    databaseUrl: read.url('DATABASE_URL'),
    kafkaBrokers: brokers(read),
    redis: redis(read),
    origin: origin(read),
    webhookSecrets: webhookSecrets(read),
  };
  read.finish();
  return config;
}

function keySource(read: Reader): KeySourceConfig {
  const url = read.url('JWKS_URL');
  const pem = read.optional('JWT_PUBLIC_KEY');
  if (url !== undefined && pem !== undefined) read.problem('JWKS_URL and JWT_PUBLIC_KEY are two answers to one question: set one of them');
  if (url !== undefined) return { kind: 'jwks', url };
  // Where an environment cannot hold line ends, they are written as \n.
  if (pem !== undefined) return { kind: 'publicKey', pem: pem.replaceAll('\\n', '\n') };
  return { kind: 'dev' };
}

function brokers(read: Reader): readonly string[] {
  const list = read.list('KAFKA_BROKERS');
  for (const broker of list) {
    if (!/^\S+:\d{1,5}$/.test(broker)) read.problem(`KAFKA_BROKERS must be host:port,host:port, not ${JSON.stringify(broker)}`);
  }
  return list;
}

function redis(read: Reader): GatewayConfig['redis'] {
  const url = read.url('UPSTASH_REDIS_REST_URL');
  const token = read.text('UPSTASH_REDIS_REST_TOKEN');
  if (url === undefined) return undefined;
  if (!token) read.problem('UPSTASH_REDIS_REST_TOKEN must be set together with UPSTASH_REDIS_REST_URL');
  return { url, token };
}

function origin(read: Reader): GatewayConfig['origin'] {
  const url = read.url('ORIGIN_URL');
  const token = read.text('ORIGIN_TOKEN');
  if (url === undefined) return undefined;
  if (token.length < SECRET_CHARACTERS_MIN) read.problem(`ORIGIN_TOKEN must have ${SECRET_CHARACTERS_MIN} characters or more`);
  return { url, token };
}

function webhookSecrets(read: Reader): ReadonlyMap<string, string> {
  const secrets = new Map<string, string>();
  for (const [index, pair] of read.list('WEBHOOK_SECRETS').entries()) {
    const [tenant = '', ...rest] = pair.split('=');
    const secret = rest.join('=').trim();
    if (tenant.trim() && secret) secrets.set(tenant.trim(), secret);
    // Nothing of the value is repeated: it may be the secret.
    else read.problem(`WEBHOOK_SECRETS must be tenant=secret,tenant=secret; entry ${index + 1} has no tenant or no secret`);
  }
  return secrets;
}
