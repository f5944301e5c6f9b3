/** What travels with one HTTP request or one WebSocket operation through the plugins. */
import type { Identity } from '../resolvers/context.ts';
import type { NotedReads, Reads } from '../resolvers/reads.ts';
import type { Authority } from '../schema/authority.ts';

/** What only the transport knows. */
export interface RequestInfo {
  /** The request's body, where the transport has read it already; the Request holds it, too. */
  readonly bodyText?: string | undefined;
  /** Of the connection's other end, where the platform tells. */
  readonly remoteAddress?: string | undefined;
  /** Where the platform ends a request with its answer: what goes on behind it is told here. */
  readonly afterwards?: ((work: Promise<unknown>) => void) | undefined;
}

/** An execution whose answer may be kept: what it reads is noted. */
export interface Attempt {
  readonly reads: NotedReads;
  readonly authority: Authority;
  /** The document as it came. */
  readonly document: string;
  /** Document, operation and variables: the same for all who ask the same. */
  readonly text: string;
}

/** What the plugins hand on to one another. */
export interface ServerContext extends RequestInfo {
  readonly requestId: string;
  /** Set where the answer may be kept. */
  readonly attempt?: Attempt | undefined;
  /** What resolvers get, where it was made already: what it has read, or tried to read, is not read again. */
  readonly resolverContext?: object | undefined;
  /** Set by the identity plugin; there for every operation that runs. */
  identity?: Identity | undefined;
  readonly consistencyToken?: string | undefined;
  /** Of operations that come without a Request: the token that was shown for them, and what else ends where that is no good any more. */
  readonly shown?: { readonly token: string; readonly onWithdrawn: () => void } | undefined;
  /** The caller wants to know which layer each part came from. */
  readonly explains?: true | undefined;
  /** Then: whether a kept answer would have been given; absent where none was looked for. */
  readonly l0?: 'WOULD_HIT' | 'WOULD_MISS' | undefined;
  /** W3C trace context of the caller. */
  readonly traceparent?: string | undefined;
  /** Of operations that come without a Request: aborts where nobody waits for the answer any more. */
  readonly signal?: AbortSignal | undefined;
  /** The header Last-Event-ID: the cursor behind which a client of SSE resumes. */
  readonly lastEventId?: string | undefined;
}

/** What resolvers get for one operation. */
export interface OperationScope {
  readonly identity: Identity;
  /** The operation has one effect, and may be run twice (compiled, then by GraphQL). */
  readonly actsOnce?: boolean | undefined;
  /** Where somebody wants to know what the answer is made of. */
  readonly reads?: Reads | undefined;
  readonly traceparent?: string | undefined;
  readonly requestId: string;
  readonly consistencyToken?: string | undefined;
  readonly lastEventId?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly afterwards?: RequestInfo['afterwards'];
  readonly explains?: true | undefined;
}
