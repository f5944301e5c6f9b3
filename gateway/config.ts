/** What a gateway process is told by its environment. Pure. */
import { isTenantId } from '../domain/ids.ts';
import { kafkaBrokers, LOG_LEVELS, originToken, redisAddress, type LogLevel, type Reader, type RedisAddress } from '../platform/config/shared-settings.ts';
import { DOCUMENT_CHOICES, type DocumentChoice } from './documents/rules.ts';
import { readEnvironment, type Environment } from '../platform/config/variables.ts';

export type KeySourceConfig =
  | { readonly kind: 'jwks'; readonly url: string }
  | { readonly kind: 'publicKey'; readonly pem: string }
  /** A key pair of our own in dataDir; only dev tokens fit it. */
  | { readonly kind: 'dev' };

/** Of subscriptions of one gateway. */
export interface SubscriptionLimits {
  /** Open at a time. */
  readonly perUserMax: number;
  readonly perTenantMax: number;
  /** Begun in a second; and ended in a second by a gateway that stops. */
  readonly perSecond: number;
}

export interface GatewayConfig {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** For kept answers (L0) and for views and lists (L1), half each; 0: nothing is kept. */
  readonly cacheBytes: number;
  /** How long after its read a view or a list stands for what cannot be read; 0: not at all. */
  readonly staleMs: number;
  readonly subscriptions: SubscriptionLimits;
  readonly dataDir: string;
  readonly logLevel: LogLevel;
  readonly auth: { readonly keys: KeySourceConfig; readonly issuer?: string | undefined; readonly audience?: string | undefined };
  /** Give out tokens for demo users (POST /dev/token): only with our own keys and while listening on a loopback address. */
  readonly devTokens: boolean;
  readonly databaseUrl?: string | undefined;
  /** Empty: the log is a table in the database. */
  readonly kafkaBrokers: readonly string[];
  readonly redis?: RedisAddress | undefined;
  readonly origin?: { readonly url: string; readonly token: string } | undefined;
  /** persisted: only those that our clients are known to send. */
  readonly documents: DocumentChoice;
  /** A CDN stands in front, and is told there what to forget. */
  readonly cdn?: { readonly purgeUrl: string; readonly purgeToken?: string | undefined } | undefined;
  /** By tenant. */
  readonly webhookSecrets: ReadonlyMap<string, string>;
}

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
    cacheBytes: read.integer('CACHE_MEGABYTES', 0, 100_000) * 1024 * 1024,
    staleMs: read.integer('STALE_SECONDS', 0, 86_400) * 1_000,
    subscriptions: {
      perUserMax: read.integer('SUBSCRIPTIONS_PER_USER', 1, 1_000_000),
      perTenantMax: read.integer('SUBSCRIPTIONS_PER_TENANT', 1, 1_000_000),
      perSecond: read.integer('SUBSCRIPTIONS_PER_SECOND', 1, 1_000_000),
    },
    dataDir: read.text('DATA_DIR'),
    logLevel: read.oneOf('LOG_LEVEL', LOG_LEVELS),
    auth: { keys, issuer: read.optional('JWT_ISSUER'), audience: read.optional('JWT_AUDIENCE') },
    devTokens: keys.kind === 'dev' && isLoopback(host),
    databaseUrl: read.url('DATABASE_URL'),
    kafkaBrokers: kafkaBrokers(read),
    redis: redisAddress(read),
    origin: origin(read),
    documents: read.oneOf('DOCUMENTS', DOCUMENT_CHOICES),
    cdn: cdn(read),
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

function origin(read: Reader): GatewayConfig['origin'] {
  const url = read.url('ORIGIN_URL');
  const token = originToken(read);
  if (url === undefined) return undefined;
  if (token === undefined) read.problem('ORIGIN_TOKEN must be set together with ORIGIN_URL');
  return { url, token: token ?? '' };
}

function cdn(read: Reader): GatewayConfig['cdn'] {
  const purgeUrl = read.url('CDN_PURGE_URL');
  const purgeToken = read.optional('CDN_PURGE_TOKEN');
  if (purgeUrl === undefined && purgeToken !== undefined) read.problem('CDN_PURGE_TOKEN is of no use without CDN_PURGE_URL');
  return purgeUrl === undefined ? undefined : { purgeUrl, purgeToken };
}

function webhookSecrets(read: Reader): ReadonlyMap<string, string> {
  const secrets = new Map<string, string>();
  for (const [index, pair] of read.list('WEBHOOK_SECRETS').entries()) {
    const [tenant = '', ...rest] = pair.split('=');
    const secret = rest.join('=').trim();
    if (isTenantId(tenant.trim()) && secret) secrets.set(tenant.trim(), secret);
    // Nothing of the value is repeated: it may be the secret.
    else read.problem(`WEBHOOK_SECRETS must be tenant=secret,tenant=secret; entry ${index + 1} has no tenant's name or no secret`);
  }
  return secrets;
}
