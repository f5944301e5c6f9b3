/**
 * About how many fields an answer will hold: every field counts one, and a list multiplies what is below it by its size: `first` where it is
 * given or has a default, the number of `ids`, else a guess for lists that cannot be paged.
 */
import {
  Kind,
  visit,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLOutputType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type ValueNode,
} from 'graphql';

interface OperationArgs {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  readonly operationName?: string | null | undefined;
  readonly variableValues?: { readonly [name: string]: unknown } | null | undefined;
}

const PAGE_GUESS = 20;
const PLAIN_LIST_GUESS = 5;

/** What is known of a document: measuring it takes longer than answering it. */
interface KnownCosts {
  /** Variables that say how long lists are. */
  readonly sizes: readonly string[];
  /** By operation and sizes. */
  readonly costs: Map<string, number>;
}

const known = new WeakMap<DocumentNode, KnownCosts>();
/** Clients page by few sizes; beyond so many they begin anew. */
const COSTS_MAX = 20;

export function costOf(args: OperationArgs): number {
  const { document, operationName = null, variableValues } = args;
  const { sizes, costs } = known.get(document) ?? learn(document);
  const given = variableValues ?? {};
  const key = JSON.stringify([operationName, ...sizes.map((name) => (Object.hasOwn(given, name) ? sizeText(given[name]) : 'none'))]);
  const seen = costs.get(key);
  if (seen !== undefined) return seen;
  const cost = measured(args);
  if (costs.size >= COSTS_MAX) costs.clear();
  costs.set(key, cost);
  return cost;
}

/** Arguments that sizeOf looks at. */
const SIZES: ReadonlySet<string> = new Set(['first', 'last', 'ids']);

function learn(document: DocumentNode): KnownCosts {
  const sizes = new Set<string>();
  visit(document, {
    Argument({ name, value }) {
      if (SIZES.has(name.value) && value.kind === Kind.VARIABLE) sizes.add(value.name.value);
    },
  });
  const costs: KnownCosts = { sizes: [...sizes], costs: new Map() };
  known.set(document, costs);
  return costs;
}

/** All that sizeOf sees of a variable. */
function sizeText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.length}]`;
  return typeof value === 'number' || value == null ? String(value) : 'other';
}

function measured({ schema, document, operationName, variableValues }: OperationArgs): number {
  const operation = findOperation(document, operationName);
  const root = operation && schema.getRootType(operation.operation);
  // Nothing to run: execution says so better.
  if (!operation || !root) return 0;
  const fragments = new Map(document.definitions.flatMap((node) => (node.kind === Kind.FRAGMENT_DEFINITION ? [[node.name.value, node]] : [])));
  return costMeter(schema, fragments, variablesOf(operation, variableValues ?? {}))(operation.selectionSet, root.name);
}

function findOperation(document: DocumentNode, name: string | null | undefined): OperationDefinitionNode | undefined {
  return document.definitions.find(
    (node): node is OperationDefinitionNode => node.kind === Kind.OPERATION_DEFINITION && (name == null || node.name?.value === name),
  );
}

type Variables = ReadonlyMap<string, unknown>;

function variablesOf(operation: OperationDefinitionNode, given: { readonly [name: string]: unknown }): Variables {
  const defaults = (operation.variableDefinitions ?? []).flatMap(({ variable, defaultValue }): [string, unknown][] =>
    defaultValue === undefined ? [] : [[variable.name.value, valueOf(defaultValue, new Map())]],
  );
  return new Map([...defaults, ...Object.entries(given)]);
}

/** Numbers and lists are all that matters here. */
function valueOf(node: ValueNode, variables: Variables): unknown {
  if (node.kind === Kind.VARIABLE) return variables.get(node.name.value);
  if (node.kind === Kind.INT) return Number(node.value);
  return node.kind === Kind.LIST ? node.values : undefined;
}

function costMeter(schema: GraphQLSchema, fragments: ReadonlyMap<string, FragmentDefinitionNode>, variables: Variables) {
  // Once for each fragment: spreads that multiply one another would take for ever to walk.
  const fragmentCosts = new Map<string, number>();

  function ofFragment(name: string): number {
    const known = fragmentCosts.get(name);
    if (known !== undefined) return known;
    const fragment = fragments.get(name);
    const cost = fragment === undefined ? 0 : ofSet(fragment.selectionSet, fragment.typeCondition.name.value);
    fragmentCosts.set(name, cost);
    return cost;
  }

  function ofField(node: FieldNode, typeName: string): number {
    const field = fieldOf(schema, typeName, node.name.value);
    if (field === undefined || node.selectionSet === undefined) return 1;
    return 1 + sizeOf(field, node, typeName, variables) * ofSet(node.selectionSet, namedType(field.type));
  }

  function ofSet(set: SelectionSetNode, typeName: string): number {
    let cost = 0;
    for (const selection of set.selections) {
      if (selection.kind === Kind.FIELD) cost += ofField(selection, typeName);
      else if (selection.kind === Kind.FRAGMENT_SPREAD) cost += ofFragment(selection.name.value);
      else cost += ofSet(selection.selectionSet, selection.typeCondition?.name.value ?? typeName);
    }
    return cost;
  }
  return ofSet;
}

function fieldOf(schema: GraphQLSchema, typeName: string, fieldName: string): GraphQLField<unknown, unknown> | undefined {
  const type = schema.getType(typeName);
  return type && 'getFields' in type ? (type.getFields()[fieldName] as GraphQLField<unknown, unknown> | undefined) : undefined;
}

function sizeOf(field: GraphQLField<unknown, unknown>, node: FieldNode, typeName: string, variables: Variables): number {
  const argument = (name: string): unknown => {
    const given = node.arguments?.find((one) => one.name.value === name);
    const value = given && valueOf(given.value, variables);
    return value ?? field.args.find((one) => one.name === name)?.defaultValue;
  };
  const ids = argument('ids');
  if (Array.isArray(ids)) return Math.max(1, ids.length);
  if (field.args.some((one) => one.name === 'first')) return pageSize(argument('first') ?? argument('last'));
  // The page's size was counted at the connection itself.
  return isList(field.type) && !typeName.endsWith('Connection') ? PLAIN_LIST_GUESS : 1;
}

const pageSize = (first: unknown): number => (typeof first === 'number' && first >= 0 ? Math.max(1, first) : PAGE_GUESS);

const isList = (type: GraphQLOutputType): boolean => String(type).startsWith('[');
const namedType = (type: GraphQLOutputType): string => String(type).replace(/[[\]!]/g, '');
