/** Who checks tokens, and who gives demo ones, as the configuration says. For Node: keys of our own lie in a file. */
import { loadDevKeys } from '../platform/auth/dev-keys.ts';
import type { TokenVerifier } from '../platform/auth/token-verifier.ts';
import { createTokenVerifier, type KeySource } from '../platform/auth/verify.ts';
import type { Clock } from '../platform/clock.ts';
import { ConfigError } from '../platform/config/variables.ts';
import type { GatewayConfig } from './config.ts';
import { DEMO_USERS, type DevTokens } from './dev-token.ts';

export interface Auth {
  readonly verifier: TokenVerifier;
  /** Undefined where none may be given out. */
  readonly devTokens: DevTokens | undefined;
}

/** Throws a ConfigError where JWT_PUBLIC_KEY is no key. */
export async function createAuth({ auth, dataDir, devTokens }: Pick<GatewayConfig, 'auth' | 'dataDir' | 'devTokens'>, clock: Clock): Promise<Auth> {
  const { issuer, audience } = auth;
  if (auth.keys.kind !== 'dev') {
    const source: KeySource = auth.keys.kind === 'jwks' ? { jwksUrl: auth.keys.url } : { publicKeyPem: auth.keys.pem };
    return { verifier: await verifierFor(source, { issuer, audience, clock }), devTokens: undefined };
  }
  // Nobody else can have signed with these: an issuer and an audience would say nothing.
  const keys = await loadDevKeys(dataDir, clock);
  const verifier = await createTokenVerifier({ publicJwk: keys.publicJwk, clock });
  return { verifier, devTokens: devTokens ? { users: DEMO_USERS, sign: (user) => keys.sign(user) } : undefined };
}

async function verifierFor(source: KeySource, rest: { issuer: string | undefined; audience: string | undefined; clock: Clock }): Promise<TokenVerifier> {
  try {
    return await createTokenVerifier({ ...source, ...rest });
  } catch (error) {
    if (error instanceof TypeError) throw new ConfigError([`JWT_PUBLIC_KEY: ${error.message}`]);
    throw error;
  }
}
