/** Which operations of GraphQL itself may be answered by somebody else's answer, or for others, on any transport. Edge safe. */
import type { Changes } from '../platform/cache/changes.ts';
import type { Identity } from '../resolvers/context.ts';
import { createReads } from '../resolvers/reads.ts';
import type { Documents } from './direct/documents.ts';
import { questionText } from './direct/question.ts';
import type { OperationParams } from './operation.ts';
import type { Attempt, ServerContext } from './request-context.ts';

/** Longer documents are nobody's habit. */
const QUERY_CHARACTERS_MAX = 100_000;

/** What may have been asked: a client sends what it wants. */
export interface AskedContext extends Pick<ServerContext, 'consistencyToken'> {
  readonly identity: Identity;
  readonly params?: Partial<OperationParams> | undefined;
}

/** Undefined where nobody may share the answer. */
export type Attempts = (context: AskedContext) => Attempt | undefined;

export function createAttempts(documents: Documents, changes: Changes): Attempts {
  return ({ identity, consistencyToken, params }) => {
    const query = params?.query;
    // A consistency token asks for what is newest.
    if (typeof query !== 'string' || query.length > QUERY_CHARACTERS_MAX || consistencyToken !== undefined) return undefined;
    const authority = documents(query)?.authority ?? null;
    const text = authority === null ? null : questionText({ ...params, query });
    if (authority === null || text === null) return undefined;
    return { reads: createReads(changes, identity.tenant), authority, document: query, text };
  };
}
