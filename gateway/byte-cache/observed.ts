/** The person as resolvers see it: who looks at more of it than the answer's authority allows has made an answer that is nobody else's. */
import type { Authority } from '../../schema/authority.ts';
import type { Identity } from '../../resolvers/context.ts';
import type { Reads } from '../../resolvers/reads.ts';

export function observed(identity: Identity, authority: Authority, reads: Reads): Identity {
  if (authority === 'VIEWER') return identity;
  const { tenant, expiresAtMs } = identity;
  return {
    tenant,
    expiresAtMs,
    get roles() {
      if (authority === 'TENANT') reads.never();
      return identity.roles;
    },
    get subject() {
      reads.never();
      return identity.subject;
    },
  };
}
