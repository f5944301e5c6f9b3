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
    const resumeBy = resumeVariableOf(node, known.document);
    const given = params.variables ?? {};
    const text = questionText({ ...params, variables: without(given, resumeBy) });
    const shown = questionText({ ...params, variables: only(given, variablesBesides(node, known.document)) });
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

/** The variable that says where to resume, if it says nothing else. */
function resumeVariableOf(node: FieldNode, document: DocumentNode): string | null {
  const value = node.arguments?.find(({ name }) => name.value === 'after')?.value;
  if (value?.kind !== Kind.VARIABLE) return null;
  let uses = 0;
  visit(document, {
    VariableDefinition: () => false,
    Variable: ({ name }) => void (uses += Number(name.value === value.name.value)),
  });
  return uses === 1 ? value.name.value : null;
}

/** Variables that stand elsewhere than in the field's own arguments. */
function variablesBesides(node: FieldNode, document: DocumentNode): ReadonlySet<string> {
  const names = new Set<string>();
  visit(document, {
    VariableDefinition: () => false,
    Argument: (argument) => (node.arguments?.includes(argument) === true ? false : undefined),
    Variable: ({ name }) => void names.add(name.value),
  });
  return names;
}

const only = (variables: Variables, names: ReadonlySet<string>): Variables => Object.fromEntries(Object.entries(variables).filter(([name]) => names.has(name)));

function without(variables: Variables, name: string | null): Variables {
  if (name === null) return variables;
  const { [name]: _left, ...rest } = variables;
  return rest;
}
