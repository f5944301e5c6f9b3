/** What a subscription asks for, so that all who ask the same of the same authority share what is told. Null: for Yoga, which follows the feed for each. */
import { Kind, OperationTypeNode, visit, type DocumentNode, type FieldNode, type GraphQLSchema, type OperationDefinitionNode } from 'graphql';
import type { After, LiveField } from '../../resolvers/live/live-field.ts';
import { isApiError } from '../../resolvers/errors.ts';
import type { Authority } from '../../schema/authority.ts';
import { liveFieldOf } from '../../schema/live.ts';
import { authorityOf } from '../byte-cache/authority.ts';
import { argumentsOf } from '../compiled/arguments.ts';
import type { CompiledOperation } from '../compiled/compile.ts';
import { NotCompiled, type Variables } from '../compiled/selection.ts';
import type { KnownDocument } from '../direct/documents.ts';
import { paramsIn, questionText, type QuestionsOptions } from '../direct/question.ts';
import type { OperationParams } from '../operation.ts';

export interface LiveQuestion {
  /** Document, operation and variables, but for where to resume. */
  readonly text: string;
  /** The same without variables that only say which changes are told: who shares it, and the authority, is told the same of a change. */
  readonly shown: string;
  readonly authority: Authority;
  /** Resume behind it. */
  readonly after: string | null;
  readonly field: LiveField<unknown>;
  /** Of the field, coerced. */
  readonly args: unknown;
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  /** Coerced; without where to resume. */
  readonly variables: Variables;
  /** Null: GraphQL itself makes each result. */
  readonly compiled: CompiledOperation | null;
}

export interface LiveQuestionsOptions extends QuestionsOptions {
  readonly schema: GraphQLSchema;
}

/** `asked`: what came as JSON. */
export type LiveQuestionOf = (asked: unknown) => LiveQuestion | null;

export function createLiveQuestions(options: LiveQuestionsOptions): LiveQuestionOf {
  const authorities = new WeakMap<DocumentNode, Authority | null>();
  const authorityFor = (document: DocumentNode): Authority | null => {
    const known = authorities.get(document);
    if (known !== undefined) return known;
    const authority = authorityOf(options.schema, document, OperationTypeNode.SUBSCRIPTION);
    authorities.set(document, authority);
    return authority;
  };
  return (asked) => {
    const params = paramsIn(asked, options.meant);
    const known = params && options.documents(params.query);
    const operation = known?.operation(params?.operationName ?? null) ?? null;
    if (params === null || !known || operation?.operation !== OperationTypeNode.SUBSCRIPTION) return null;
    const authority = authorityFor(known.document);
    if (authority === null || options.isTooCostly({ document: known.document, params })) return null;
    return read(options.schema, known, operation, params, authority);
  };
}

function read(
  schema: GraphQLSchema,
  known: KnownDocument,
  operation: OperationDefinitionNode,
  params: OperationParams,
  authority: Authority,
): LiveQuestion | null {
  const node = onlyFieldOf(operation);
  const definition = node && schema.getSubscriptionType()?.getFields()[node.name.value];
  const field = definition && liveFieldOf(definition);
  const coerced = known.variables(operation, params.variables ?? {});
  if (!node || !field || coerced === null) return null;
  try {
    const args = argumentsOf(definition, node).of(coerced) as After;
    // What makes no sense is told by whoever follows the feed.
    field.accept(args);
    const { resumeBy, besides } = variableUsesOf(node, known.document);
    const given = params.variables ?? {};
    const text = questionText({ ...params, variables: without(given, resumeBy) });
    const shown = questionText({ ...params, variables: only(given, besides) });
    if (text === null || shown === null) return null;
    const variables = without(coerced, resumeBy);
    const after = args.after ?? null;
    return { text, shown, authority, after, field, args, document: known.document, operation, variables, compiled: known.compiled(operation, coerced) };
  } catch (error) {
    if (isApiError(error) || error instanceof NotCompiled || (error instanceof Error && error.name === 'GraphQLError')) return null;
    throw error;
  }
}

/** Null where it is not there in so many words. */
function onlyFieldOf({ selectionSet: { selections } }: OperationDefinitionNode): FieldNode | null {
  const [only, ...more] = selections;
  return only?.kind === Kind.FIELD && more.length === 0 && (only.directives ?? []).length === 0 ? only : null;
}

/** Which variables say what, of a subscription's field. */
interface VariableUses {
  /** Says where to resume, and nothing else. */
  readonly resumeBy: string | null;
  /** Stand elsewhere than in the field's own arguments. */
  readonly besides: ReadonlySet<string>;
}

const uses = new WeakMap<FieldNode, VariableUses>();

/** Looked at once for a document: thousands subscribe by the same one. */
function variableUsesOf(node: FieldNode, document: DocumentNode): VariableUses {
  const known = uses.get(node);
  if (known !== undefined) return known;
  const [own, besides]: [string[], string[]] = [[], []];
  let into = besides;
  visit(document, {
    VariableDefinition: () => false,
    Argument: {
      enter: (argument) => void (into = node.arguments?.includes(argument) === true ? own : into),
      leave: (argument) => void (into = node.arguments?.includes(argument) === true ? besides : into),
    },
    Variable: ({ name }) => void into.push(name.value),
  });
  const value = node.arguments?.find(({ name }) => name.value === 'after')?.value;
  const after = value?.kind === Kind.VARIABLE ? value.name.value : null;
  const isOnlyThere = after !== null && [...own, ...besides].filter((name) => name === after).length === 1;
  const found = { resumeBy: isOnlyThere ? after : null, besides: new Set(besides) };
  uses.set(node, found);
  return found;
}

const only = (variables: Variables, names: ReadonlySet<string>): Variables => Object.fromEntries(Object.entries(variables).filter(([name]) => names.has(name)));

function without(variables: Variables, name: string | null): Variables {
  if (name === null) return variables;
  const { [name]: _left, ...rest } = variables;
  return rest;
}
