/** What a request asks, so that two that ask the same have the same key, however they write it. */
import { LRUCache } from 'lru-cache';
import type { Authority } from '../../schema/authority.ts';
import { canonicalJson } from '../../resolvers/commands/canonical-json.ts';
import type { Identity } from '../../resolvers/context.ts';

export interface Question {
  /** Document, operation and variables. */
  readonly text: string;
  readonly authority: Authority;
}

/** Of bodies that were seen before: the same client sends the same bytes. */
const BODY_CHARACTERS_MAX = 16_000_000;

/** Null where the answer is nobody's to share, or where the body is not one operation. */
export type QuestionOf = (body: string) => Question | null;

export function createQuestionOf(authorityOf: (query: string) => Authority | null): QuestionOf {
  const known = new LRUCache<string, Question>({ maxSize: BODY_CHARACTERS_MAX, sizeCalculation: ({ text }, body) => body.length + text.length });
  return (body) => {
    const seen = known.get(body);
    if (seen !== undefined) return seen;
    const question = understood(body, authorityOf);
    // Commands never come twice; what is not kept needs no memory either.
    if (question !== null) known.set(body, question);
    return question;
  };
}

/** What cannot be read here (broken JSON, no GraphQL, nested beyond reason) is answered on the ordinary way, which says what is wrong with it. */
function understood(body: string, authorityOf: (query: string) => Authority | null): Question | null {
  try {
    return read(body, authorityOf);
  } catch {
    return null;
  }
}

function read(body: string, authorityOf: (query: string) => Authority | null): Question | null {
  const asked: unknown = JSON.parse(body);
  if (typeof asked !== 'object' || asked === null || Array.isArray(asked)) return null;
  const { query, operationName = null, variables = null, ...rest } = asked as Record<string, unknown>;
  // Extensions and whatever else may change what is meant.
  if (typeof query !== 'string' || Object.keys(rest).length > 0) return null;
  const authority = authorityOf(query);
  return authority === null ? null : { text: canonicalJson([query, operationName, variables]), authority };
}

/** The key of the answer for this person: shared by all of the question's authority, by nobody else. `form`: what the answer looks like (accept). */
export const keyOf = (identity: Identity, { authority, text }: Question, form: string): string => `${scopeOf(identity, authority)}${form}\n${text}`;

/** A verified token stands for the same object as long as it is remembered. */
const scopes = new WeakMap<Identity, Map<Authority, string>>();

function scopeOf(identity: Identity, authority: Authority): string {
  const known = scopes.get(identity) ?? new Map<Authority, string>();
  scopes.set(identity, known);
  const scope = known.get(authority) ?? JSON.stringify(partsOf(identity, authority));
  known.set(authority, scope);
  return scope;
}

function partsOf({ tenant, roles, subject }: Identity, authority: Authority): readonly unknown[] {
  if (authority === 'TENANT') return [tenant];
  return authority === 'ROLES' ? [tenant, [...roles].sort()] : [tenant, [...roles].sort(), subject];
}
