/** Which document a request means: its own text, or one of those that our clients are known to send, by the hash of its text. Edge safe. */
import { digest } from '../../platform/messages/new-id.ts';
import { ApiError, badInput } from '../../resolvers/errors.ts';
import type { MaybePromise } from '../../resolvers/maybe-promise.ts';

/** As a request has them; nothing of it was looked at. */
export interface NamedDocument {
  readonly query?: unknown;
  /** `sha256:` and the hash in small hex (GraphQL over HTTP, appendix A), or the hash alone. */
  readonly documentId?: unknown;
  /** `persistedQuery: { version: 1, sha256Hash }` is what is looked at. */
  readonly extensions?: unknown;
}

/**
 * Answers the text, or undefined where the request has none that could be one. Throws (or rejects with) ApiError: PERSISTED_QUERY_NOT_FOUND,
 * and BAD_USER_INPUT for names that are none and for a hash that is not that of the text beside it. A promise only where it has to hash.
 */
export type MeantDocument = (request: NamedDocument) => MaybePromise<string | undefined>;

const PREFIX = 'sha256:';

type Known = ReadonlyMap<string, string>;

/** `known`: texts by their SHA-256 in small hex. `lateKnown`: more of them, loaded when one is asked for that is not among those. */
export function createMeantDocument(known: Known, lateKnown?: () => Promise<Known>): MeantDocument {
  const find = (hash: string): MaybePromise<string> => {
    const text = known.get(hash);
    if (text !== undefined) return text;
    return lateKnown === undefined ? textIn(known, hash) : lateKnown().then((more) => textIn(more, hash));
  };
  return ({ query, documentId, extensions }) => {
    const text = typeof query === 'string' && query !== '' ? query : undefined;
    if (documentId != null) {
      if (typeof documentId !== 'string') throw badInput('the documentId must be text', 'documentId');
      if (text !== undefined) throw badInput('send the document or its id, not both', 'documentId');
      return find(documentId.startsWith(PREFIX) ? documentId.slice(PREFIX.length) : documentId);
    }
    const hash = hashIn(extensions);
    if (hash === undefined || text === undefined) return hash === undefined ? text : find(hash);
    return known.get(hash) === text ? text : checked(text, hash);
  };
}

/** Of `extensions.persistedQuery`; undefined where there is none. */
function hashIn(extensions: unknown): string | undefined {
  if (!isRecord(extensions) || extensions['persistedQuery'] == null) return undefined;
  const named = extensions['persistedQuery'];
  const hash = isRecord(named) && named['version'] === 1 ? named['sha256Hash'] : undefined;
  if (typeof hash !== 'string') throw badInput('extensions.persistedQuery must hold version: 1 and sha256Hash: text', 'extensions.persistedQuery');
  return hash;
}

async function checked(text: string, hash: string): Promise<string> {
  if ((await digest(text)) === hash) return text;
  throw badInput('the sha256Hash is not that of the query beside it', 'extensions.persistedQuery.sha256Hash');
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

function textIn(known: Known, hash: string): string {
  const text = known.get(hash);
  if (text !== undefined) return text;
  throw new ApiError('PERSISTED_QUERY_NOT_FOUND', 'no document of this id is known here: ours are in schema/operations, and clients cannot add any');
}
