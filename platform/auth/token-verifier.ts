/** The port of whoever says which person a bearer token stands for. */
import type { Role } from '../../domain/agent/agent.ts';
import type { TenantId } from '../../domain/ids.ts';

/** Who a verified token stands for. */
export interface VerifiedToken {
  readonly tenant: TenantId;
  readonly subject: string;
  /** At least one. */
  readonly roles: readonly Role[];
  readonly expiresAtMs: number;
}

export interface TokenVerifier {
  /** Rejects with TokenError where the token is no good, with KeysUnavailableError where that cannot be known now. */
  verify(token: string): Promise<VerifiedToken>;
  /** What `verify` would answer at once, or undefined where it has to find out. */
  remembered?(token: string): VerifiedToken | undefined;
}

/** The token is no good; the message says why and is fit for the client. */
export class TokenError extends Error {
  override readonly name = 'TokenError';
}
/** The public keys could not be fetched; the token may be good. */
export class KeysUnavailableError extends Error {
  override readonly name = 'KeysUnavailableError';
}
