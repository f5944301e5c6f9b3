/** One execution whose answer may be kept: what it read, and whether it went well. */
import type { Plugin } from 'graphql-yoga';
import type { Authority } from '../../schema/authority.ts';
import type { Identity } from '../../resolvers/context.ts';
import type { NotedReads, Reads } from '../../resolvers/reads.ts';
import type { ServerContext } from '../request-context.ts';

export interface Attempt {
  readonly reads: NotedReads;
  readonly authority: Authority;
  /** Executed, to the end, without an error. */
  succeeded: boolean;
}

/** The person as resolvers see it: who looks at more of it than the answer's authority allows has made an answer that is nobody else's. */
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

/** Notes whether the execution went well: what failed, in part or altogether, may go better the next time. */
export function useAttempts(): Plugin<ServerContext> {
  return {
    onExecute({ args }) {
      const { attempt } = args.contextValue as ServerContext;
      if (attempt === undefined) return undefined;
      return {
        onExecuteDone({ result }) {
          attempt.succeeded = 'data' in result && result.data != null && result.errors === undefined;
        },
      };
    },
  };
}
