/** Verifies bearer tokens (JWT) by public keys, and remembers the verdict: ES256 costs 0.14 ms a token, a look-up a microsecond. */
import { createRemoteJWKSet, errors, importJWK, importSPKI, jwtVerify, type JWK, type JWTPayload, type JWTVerifyOptions } from 'jose';
import { LRUCache } from 'lru-cache';
import { atMost } from '../cache/at-most.ts';
import type { Clock } from '../clock.ts';
import { readClaims } from './claims.ts';
import { KeysUnavailableError, TokenError, type TokenVerifier, type VerifiedToken } from './token-verifier.ts';

export type KeySource = { readonly jwksUrl: string } | { readonly publicKeyPem: string } | { readonly publicJwk: JWK };
export type TokenVerifierOptions = KeySource & {
  /** Required `iss`, if given. */
  readonly issuer?: string | undefined;
  /** Required `aud`, if given. */
  readonly audience?: string | undefined;
  readonly clock: Clock;
  /** False where what one request waits for ends with it: each makes its own check then. */
  readonly joins?: boolean | undefined;
};

/** Public-key algorithms only: a shared secret or no signature at all is never accepted, whatever the token's header says. */
const ALGORITHMS = ['ES256', 'RS256'] as const;
type Algorithm = (typeof ALGORITHMS)[number];

const REMEMBERED_TOKENS_MAX = 10_000;
/** A token is looked at again after this long, so that a key that was withdrawn does not live on until `exp`. */
const RECHECK_AFTER_MS = 60_000;
const TOKEN_CHARACTERS_MAX = 4_096;

type Check = (token: string, options: JWTVerifyOptions) => Promise<{ readonly payload: JWTPayload }>;

/** Rejects with a TypeError where the key is not one for ES256 or RS256. */
export async function createTokenVerifier(options: TokenVerifierOptions): Promise<TokenVerifier> {
  const { clock, joins = true } = options;
  const check = await checkFor(options);
  const known = new LRUCache<string, { readonly token: VerifiedToken; readonly recheckAtMs: number }>(atMost(REMEMBERED_TOKENS_MAX));

  /** Verdicts that are being found out: a crowd that comes with one token makes one job. */
  const pending = new Map<string, Promise<VerifiedToken>>();

  async function verifyAfresh(text: string): Promise<VerifiedToken> {
    const nowMs = clock.now().getTime();
    const { payload } = await check(text, {
      currentDate: new Date(nowMs),
      requiredClaims: ['exp'],
      ...(options.issuer === undefined ? {} : { issuer: options.issuer }),
      ...(options.audience === undefined ? {} : { audience: options.audience }),
    }).catch(rethrowForClient);
    const token = readClaims(payload);
    // Less by up to half by chance, so that those that came together are not looked at together again.
    known.set(text, { token, recheckAtMs: clock.elapsedMs() + RECHECK_AFTER_MS * (0.5 + Math.random() / 2) });
    return token;
  }

  const remembered = (text: string): VerifiedToken | undefined => {
    const found = known.get(text);
    if (found === undefined || clock.elapsedMs() >= found.recheckAtMs) return undefined;
    return clock.now().getTime() < found.token.expiresAtMs ? found.token : undefined;
  };

  return {
    remembered,
    async verify(text) {
      const token = remembered(text);
      if (token !== undefined) return token;
      if (text.length > TOKEN_CHARACTERS_MAX) throw new TokenError(`the token is longer than ${TOKEN_CHARACTERS_MAX} characters`);
      if (!joins) return await verifyAfresh(text);
      const verdict = pending.get(text) ?? verifyAfresh(text).finally(() => pending.delete(text));
      pending.set(text, verdict);
      return await verdict;
    },
  };
}

async function checkFor(source: KeySource): Promise<Check> {
  if ('jwksUrl' in source) {
    const keys = createRemoteJWKSet(new URL(source.jwksUrl));
    return (token, options) => jwtVerify(token, keys, { ...options, algorithms: [...ALGORITHMS] });
  }
  const { key, algorithm } = 'publicJwk' in source ? await jwkKey(source.publicJwk) : await pemKey(source.publicKeyPem);
  // Only the key's own algorithm: with the other one the library would fail on the key instead of refusing the token.
  return (token, options) => jwtVerify(token, key, { ...options, algorithms: [algorithm] });
}

async function jwkKey(jwk: JWK) {
  const algorithm: Algorithm = jwk.kty === 'RSA' ? 'RS256' : 'ES256';
  return { key: await importJWK(jwk, algorithm), algorithm };
}

async function pemKey(pem: string) {
  for (const algorithm of ALGORITHMS) {
    try {
      return { key: await importSPKI(pem, algorithm), algorithm };
    } catch {
      // The text does not say which algorithm its key is for: trying is the way to know, and what fits none is reported below.
    }
  }
  throw new TypeError('the public key must be PEM ("-----BEGIN PUBLIC KEY-----") of an EC P-256 or an RSA key');
}

/** Tells a bad token (the client's fault) from keys that could not be had (nobody's yet). */
function rethrowForClient(error: unknown): never {
  if (error instanceof errors.JWTExpired) throw new TokenError('the token has expired', { cause: error });
  if (error instanceof errors.JWTClaimValidationFailed)
    throw new TokenError(`the token's claim "${error.claim}" is missing or not as required`, { cause: error });
  if (error instanceof errors.JOSEAlgNotAllowed) throw new TokenError('the token is not signed with the algorithm of our key', { cause: error });
  if (error instanceof errors.JWSSignatureVerificationFailed) throw new TokenError("the token's signature is not valid", { cause: error });
  if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys) {
    throw new TokenError('the token is signed with a key that we do not know', { cause: error });
  }
  if (error instanceof errors.JWTInvalid || error instanceof errors.JWSInvalid || error instanceof errors.JOSENotSupported) {
    throw new TokenError('the token is malformed', { cause: error });
  }
  throw new KeysUnavailableError('the public keys of tokens could not be fetched', { cause: error });
}
