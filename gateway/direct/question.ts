/** What a request's body asks, so that two that ask the same have the same key, however they write it. */
import { OperationTypeNode, type OperationDefinitionNode } from 'graphql';
import { LRUCache } from 'lru-cache';
import type { Authority } from '../../schema/authority.ts';
import { canonicalJson } from '../../resolvers/commands/canonical-json.ts';
import type { Identity } from '../../resolvers/context.ts';
import type { CompiledOperation } from '../compiled/compile.ts';
import type { Variables } from '../compiled/selection.ts';
import type { MeantDocument, NamedDocument } from '../documents/meant-document.ts';
import type { OperationParams } from '../operation.ts';
import type { Documents, KnownDocument } from './documents.ts';
import type { MediaType } from './media-type.ts';

export interface Question {
  readonly params: OperationParams;
  readonly type: 'query' | 'mutation';
  /** The operation's own. */
  readonly name: string | undefined;
  /** Who may share the answer; null: nobody. */
  readonly authority: Authority | null;
  /** How long caches on the way may hold the answer; 0: not at all. */
  readonly sharedSeconds: number;
  /** Document, operation and variables. */
  readonly text: string;
  /** `keyFor` remembers them here, by scope. */
  readonly keys: { [form in MediaType]?: Map<string, string> };
  /** Null: GraphQL itself has to answer. */
  readonly compiled: {
    /** Looked up, or compiled again, where it was forgotten: those who ask must not hold on to it. Null: it cannot be had any more. */
    query(): CompiledOperation | null;
    readonly variables: Variables;
  } | null;
}

export interface QuestionsOptions {
  readonly meant: MeantDocument;
  readonly documents: Documents;
  /** True where the operation may cost more than anybody may ask for. */
  readonly isTooCostly: (operation: { readonly document: KnownDocument['document']; readonly params: OperationParams }) => boolean;
}

/** Null where the body is not one valid query or mutation: whoever answers says what is wrong with it, or streams. */
export type QuestionOf = (body: string) => Question | null;

/** Of bodies that were seen before: the same client sends the same bytes. */
const BYTES_MAX = 64_000_000;
/** Variables as objects and the document's nodes to their text: about. */
const BODY_BYTES = 32;

export function createQuestionOf(options: QuestionsOptions): QuestionOf {
  const known = new LRUCache<string, Question>({ maxSize: BYTES_MAX, sizeCalculation: ({ text }, body) => body.length * BODY_BYTES + text.length });
  return (body) => {
    const seen = known.get(body);
    if (seen !== undefined) return seen;
    const params = paramsIn(jsonIn(body), options.meant);
    const question = params && read(params, options);
    // Commands never come twice.
    if (question?.type === 'query') known.set(body, question);
    return question;
  };
}

/** Undefined where it is none. */
export function jsonIn(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** Null for others to look at: extensions but for the document's id, and whatever else may change what is meant. */
export function paramsIn(asked: unknown, meant: MeantDocument): OperationParams | null {
  if (!isRecord(asked)) return null;
  const { query: given, documentId, operationName = null, variables = null, extensions = null, ...rest } = asked;
  if (Object.keys(rest).length > 0 || (extensions !== null && !saysNothingElse(extensions))) return null;
  const query = textOf({ query: given, documentId, extensions }, meant);
  if (query === null) return null;
  if (operationName !== null && typeof operationName !== 'string') return null;
  return variables === null || isRecord(variables) ? { query, operationName, variables } : null;
}

/** The document's id, and what Apollo Client says of itself with each request. */
const HARMLESS: ReadonlySet<string> = new Set(['persistedQuery', 'clientLibrary']);
const saysNothingElse = (extensions: unknown): boolean => isRecord(extensions) && Object.keys(extensions).every((name) => HARMLESS.has(name));

/** Null where it is not to be had at once, or not at all: whoever answers says why. */
function textOf(named: NamedDocument, meant: MeantDocument): string | null {
  try {
    const text = meant(named);
    if (!(text instanceof Promise)) return text ?? null;
    text.catch(() => undefined);
    return null;
  } catch {
    return null;
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

function read(params: OperationParams, options: QuestionsOptions): Question | null {
  const { query, operationName = null } = params;
  const known = options.documents(query);
  const operation = known?.operation(operationName) ?? null;
  if (known === null || operation === null || operation.operation === OperationTypeNode.SUBSCRIPTION) return null;
  const name = operation.name?.value;
  const compiled = compile(known, operation, params, options);
  const { authority, sharedSeconds } = known;
  // Mutations have no authority.
  const text = authority === null ? '' : questionText(params);
  const type = operation.operation === OperationTypeNode.MUTATION ? 'mutation' : 'query';
  return { params, type, name, authority: text === null ? null : authority, sharedSeconds, text: text ?? '', keys: {}, compiled };
}

/**
 * Document, operation and variables as one text, the same however they were written.
 * Null where it cannot be written so that nothing else is written like it: nested beyond reason, or with numbers beyond what numbers can be.
 */
export function questionText({ query, operationName = null, variables = null }: OperationParams): string | null {
  try {
    return canonicalJson([query, operationName, variables]);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

function compile(known: KnownDocument, operation: OperationDefinitionNode, params: OperationParams, options: QuestionsOptions): Question['compiled'] {
  if (options.isTooCostly({ document: known.document, params })) return null;
  const coerced = known.variables(operation, params.variables ?? {});
  const compiled = coerced && known.compiled(operation, coerced);
  if (!compiled) return null;
  // Nobody remembers the question of a mutation: its operation may be held on to.
  const query = operation.operation === OperationTypeNode.MUTATION ? () => compiled : () => known.compiled(operation, coerced);
  return { query, variables: coerced };
}

/** The key of the answer for this person: shared by all of the question's authority, by nobody else. `form`: what the answer looks like. */
export const keyOf = (identity: Identity, authority: Authority, text: string, form: string): string => `${scopeOf(identity, authority)}${form}\n${text}`;

/** Scopes of a question; beyond that they begin anew. */
const KEYS_MAX = 8;

/** `keyOf` as the same text each time: one that was just put together has to be hashed before anything can be found by it. */
export function keyFor(identity: Identity, authority: Authority, question: Question, form: MediaType): string {
  const keys = (question.keys[form] ??= new Map());
  const scope = scopeOf(identity, authority);
  const known = keys.get(scope);
  if (known !== undefined) return known;
  if (keys.size >= KEYS_MAX) keys.clear();
  const key = keyOf(identity, authority, question.text, form);
  keys.set(scope, key);
  return key;
}

/** A verified token stands for the same object as long as it is remembered. */
const scopes = new WeakMap<Identity, Map<Authority, string>>();

function scopeOf(identity: Identity, authority: Authority): string {
  const known = scopes.get(identity)?.get(authority);
  if (known !== undefined) return known;
  const scope = JSON.stringify(partsOf(identity, authority));
  const ofIdentity = scopes.get(identity) ?? new Map<Authority, string>();
  scopes.set(identity, ofIdentity.set(authority, scope));
  return scope;
}

/** Looks at no more of the person than the authority says: that may be observed. */
function partsOf(identity: Identity, authority: Authority): readonly unknown[] {
  if (authority === 'TENANT') return [identity.tenant];
  const shared = [identity.tenant, [...identity.roles].sort()];
  return authority === 'ROLES' ? shared : [...shared, identity.subject];
}
