/** What the claims of a token must be. */
import { ROLES, type Role } from '../../domain/agent/agent.ts';
import { tenantId, type TenantId } from '../../domain/ids.ts';
import { TokenError, type VerifiedToken } from './token-verifier.ts';

type Claims = Readonly<Record<string, unknown>>;

/** What an envelope takes as its actor: a longer or a broken one would be let in here and its commands refused behind the log. */
const SUBJECT_CHARACTERS_MAX = 200;
const isStorable = (text: string): boolean => text.isWellFormed() && !text.includes('\0');

function subjectOf(claims: Claims): string {
  const { sub } = claims;
  if (typeof sub === 'string' && sub.length > 0 && sub.length <= SUBJECT_CHARACTERS_MAX && isStorable(sub)) return sub;
  throw new TokenError(`the token's claim "sub" must be text of 1 to ${SUBJECT_CHARACTERS_MAX} characters`);
}

function tenantOf(claims: Claims): TenantId {
  try {
    if (typeof claims['tenant'] === 'string') return tenantId(claims['tenant']);
  } catch (error) {
    throw new TokenError(`the token's claim "tenant" is not a tenant's name`, { cause: error });
  }
  throw new TokenError(`the token has no claim "tenant"`);
}

/** Roles of other systems in the same token are passed over; one of ours must be there. */
function rolesOf(claims: Claims): readonly Role[] {
  const given: readonly unknown[] = Array.isArray(claims['roles']) ? claims['roles'] : [];
  const roles = ROLES.filter((role) => given.includes(role));
  if (roles.length > 0) return roles;
  throw new TokenError(`the token's claim "roles" must hold at least one of ${ROLES.join(', ')}`);
}

function expiryOf(claims: Claims): number {
  if (typeof claims['exp'] === 'number' && Number.isFinite(claims['exp'])) return claims['exp'] * 1000;
  throw new TokenError(`the token has no claim "exp"`);
}

/** Reads the claims of a token whose signature was verified. Throws TokenError that names the claim at fault. */
export function readClaims(claims: Claims): VerifiedToken {
  return { subject: subjectOf(claims), tenant: tenantOf(claims), roles: rolesOf(claims), expiresAtMs: expiryOf(claims) };
}
