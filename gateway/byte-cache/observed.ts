/** The person as resolvers see it: who looks at more of it than the answer's authority allows has made an answer that is nobody else's. */
import type { Authority } from '../../schema/authority.ts';
import type { Identity } from '../../resolvers/context.ts';
import type { Reads } from '../../resolvers/reads.ts';

export function observed(identity: Identity, authority: Authority, reads: Reads): Identity {
  return authority === 'VIEWER' ? identity : new Observed(identity, authority, reads);
}

/** A class: getters on each object of its own would cost more than most answers. */
class Observed implements Identity {
  readonly tenant: Identity['tenant'];
  readonly expiresAtMs: number;
  readonly #identity: Identity;
  readonly #authority: Authority;
  readonly #reads: Reads;

  constructor(identity: Identity, authority: Authority, reads: Reads) {
    this.tenant = identity.tenant;
    this.expiresAtMs = identity.expiresAtMs;
    this.#identity = identity;
    this.#authority = authority;
    this.#reads = reads;
  }
  get roles(): Identity['roles'] {
    if (this.#authority === 'TENANT') this.#reads.never();
    return this.#identity.roles;
  }
  get subject(): string {
    this.#reads.never();
    return this.#identity.subject;
  }
}
