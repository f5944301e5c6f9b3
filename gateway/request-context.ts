/** What travels with one HTTP request or one WebSocket operation through the plugins. */
import type { Identity } from '../resolvers/context.ts';
import type { NotedReads, Reads } from '../resolvers/reads.ts';
import type { Authority } from '../schema/authority.ts';

/** What only the transport knows. */
export interface RequestInfo {
  /** Keeps the platform from ending the process before that work is through, where it would. */
  readonly waitUntil?: (work: Promise<void> | void) => void;
  /** The request's body, where the transport has read it already; the Request holds it, too. */
  readonly bodyText?: string | undefined;
  /** Of the connection's other end, where the platform tells. */
  readonly remoteAddress?: string | undefined;
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
  /** W3C trace context of the caller. */
  readonly traceparent?: string | undefined;
  /** The header Last-Event-ID: the cursor behind which a client of SSE resumes. */
  readonly lastEventId?: string | undefined;
}

/** What resolvers get for one operation. */
export interface OperationScope {
  readonly identity: Identity;
  /** Where somebody wants to know what the answer is made of. */
  readonly reads?: Reads | undefined;
  readonly traceparent?: string | undefined;
  readonly requestId: string;
  readonly consistencyToken?: string | undefined;
  readonly lastEventId?: string | undefined;
}
