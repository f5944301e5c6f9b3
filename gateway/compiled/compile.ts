/**
 * Documents compiled once to functions that write the answer's JSON text, for operations that go well. Null where a document needs what is not here
 * (abstract types, introspection, resolvers that look at `info`); a run that throws is answered by GraphQL itself, which knows every way of failing.
 * Queries read and do nothing else, so running one twice is no harm, nor is one result of a subscription; mutations are compiled where they have one effect, which happens once
 * (schema/effect.ts). Edge safe.
 */
import {
  GraphQLError,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  OperationTypeNode,
  visit,
  type DocumentNode,
  type FieldNode,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import type { RequestContext } from '../../resolvers/context.ts';
import type { MaybePromise } from '../../resolvers/maybe-promise.ts';
import { isOneEffect } from '../../schema/effect.ts';
import { isViewType } from '../../schema/view-type.ts';
import { argumentsOf, mentionsVariables } from './arguments.ts';
import { createSelections, NotCompiled, type Conditions, type Selections, type Variables } from './selection.ts';
import type { TextMemory } from './texts.ts';
import { leaf, list, nonNull, object, type FieldWriter, type Run, type Write } from './writer.ts';

export interface CompiledOperation {
  /** Fields it was compiled to: fragments count wherever they are spread. Each takes about a kilobyte. */
  readonly fields: number;
  /**
   * The text of the answer's `data`. Throws or rejects where the answer would hold an error. `variables`: coerced. `news`: of a subscription, what
   * its field tells.
   */
  run(context: RequestContext, variables: Variables, news?: object): MaybePromise<string>;
}

export interface CompileOptions {
  readonly schema: GraphQLSchema;
  /** Valid for the schema. */
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  /** Values of the variables that `conditionsIn` names; those that have none are left out. */
  readonly conditions: Conditions;
  readonly texts: TextMemory;
}

/** Variables on which @skip and @include depend: a compiled operation is for one choice of their values. */
export function conditionsIn(document: DocumentNode): ReadonlySet<string> {
  const names = new Set<string>();
  visit(document, {
    Directive({ arguments: given }) {
      for (const { value } of given ?? []) if (value.kind === Kind.VARIABLE) names.add(value.name.value);
    },
  });
  return names;
}

/** What is larger would take longer to compile than to execute, and fragments that spread one another make much of little text. */
const FIELDS_MAX = 2_000;

export function compileOperation(options: CompileOptions): CompiledOperation | null {
  const { schema, operation } = options;
  const root = schema.getRootType(operation.operation);
  if (!root) return null;
  try {
    const compiler = new Compiler(options);
    if (operation.operation === OperationTypeNode.MUTATION && !compiler.hasOneEffect(root, operation)) return null;
    const { write } = compiler.objectOf(root, [operation]);
    return { fields: compiler.fields, run: (context, variables, news = ROOT) => write(news, { context, variables }) };
  } catch (error) {
    // Arguments that do not fit are for GraphQL to name.
    if (error instanceof NotCompiled || error instanceof GraphQLError) return null;
    throw error;
  }
}

/** Stands for the root value, which is undefined for resolvers. */
const ROOT = {};

interface Compiled {
  readonly write: Write;
  readonly isPure: boolean;
  /** The same for whatever does the same, in any document; null where it depends on variables. */
  readonly name: string | null;
}

interface CompiledField extends FieldWriter {
  readonly name: string | null;
}

class Compiler {
  fields = 0;
  readonly #selections: Selections;
  readonly #texts: TextMemory;

  constructor({ schema, document, conditions, texts }: CompileOptions) {
    this.#selections = createSelections(schema, document, conditions);
    this.#texts = texts;
  }

  hasOneEffect(root: GraphQLObjectType, { selectionSet }: OperationDefinitionNode): boolean {
    const [nodes, ...more] = this.#selections.of([selectionSet], root.name).values();
    const field = root.getFields()[nodes?.[0]?.name.value ?? ''];
    return more.length === 0 && field !== undefined && isOneEffect(field);
  }

  objectOf(type: GraphQLObjectType, nodes: readonly { readonly selectionSet?: FieldNode['selectionSet'] }[]): Compiled {
    if (type.isTypeOf) throw new NotCompiled();
    const sets = nodes.flatMap(({ selectionSet }) => (selectionSet === undefined ? [] : [selectionSet]));
    const fields = [...this.#selections.of(sets, type.name)].map(([key, same]) => this.#field(type, key, same));
    const name = fields.every((field) => field.name !== null) ? `${type.name}{${fields.map((field) => field.name).join()}}` : null;
    return this.#shared(name, () => ({
      write: object(fields, isViewType(type) ? this.#texts.shelf() : undefined),
      isPure: fields.every((field) => field.isPure),
      name,
    }));
  }

  #shared<Part extends object>(name: string | null, make: () => Part): Part {
    return name === null ? make() : this.#texts.shared(name, make);
  }

  #field(parent: GraphQLObjectType, alias: string, nodes: readonly FieldNode[]): CompiledField {
    const key = `${JSON.stringify(alias)}:`;
    const [node] = nodes;
    this.fields += 1;
    if (node === undefined || this.fields > FIELDS_MAX) throw new NotCompiled();
    if (node.name.value === '__typename') {
      const text = JSON.stringify(parent.name);
      return { key, write: () => text, isPure: true, name: key, value: null };
    }
    const field = parent.getFields()[node.name.value];
    if (field === undefined) throw new NotCompiled();
    const value = this.#valueOf(field.type, nodes);
    const given = argumentsText(node);
    const valueName = value.name === null || given === null ? null : `${parent.name}.${field.name}(${given})${value.name}`;
    const name = valueName === null ? null : key + valueName;
    return this.#shared(name, () => {
      const { resolve, isPure } = resolverOf(field, node);
      const write = resolve === undefined ? property(field.name, value.write) : resolved(resolve, value.write);
      return { key, write, isPure: isPure && value.isPure, name, value: valueName === null ? null : this.#shared(valueName, () => ({})) };
    });
  }

  #valueOf(type: GraphQLOutputType, nodes: readonly FieldNode[]): Compiled {
    if (isNonNullType(type)) {
      const { write, ...about } = this.#valueOf(type.ofType, nodes);
      return { ...about, write: isLeafType(type.ofType) ? leaf(type.ofType, true) : nonNull(write) };
    }
    if (isListType(type)) {
      const { write, ...about } = this.#valueOf(type.ofType, nodes);
      return { ...about, write: list(write) };
    }
    // What its field is called says which type that is.
    if (isLeafType(type)) return { write: leaf(type, false), isPure: true, name: '' };
    if (isObjectType(type)) return this.objectOf(type, nodes);
    throw new NotCompiled();
  }
}

/** As it was written: two that are written alike are alike. Null where they depend on variables, or where nobody knows any more how they were written. */
function argumentsText({ arguments: given = [] }: FieldNode): string | null {
  const [from, to] = [given[0]?.loc, given.at(-1)?.loc];
  if (given.length === 0) return '';
  return from === undefined || to === undefined || given.some(mentionsVariables) ? null : from.source.body.slice(from.start, to.end);
}

interface Resolver {
  /** Undefined: the property of the field's name. */
  readonly resolve: ((source: unknown, run: Run) => unknown) | undefined;
  readonly isPure: boolean;
}

/** A resolver that takes no third parameter cannot see the context: what it answers depends on its parent and its arguments. */
function resolverOf(field: GraphQLField<unknown, unknown>, node: FieldNode): Resolver {
  const { resolve } = field;
  if (resolve === undefined) return { resolve, isPure: true };
  if (resolve.length > 3) throw new NotCompiled();
  const given = argumentsOf(field, node);
  const isPure = resolve.length <= 2 && given.areConstant;
  return { resolve: (source, { context, variables }) => resolve(source === ROOT ? undefined : source, given.of(variables), context, NO_INFO), isPure };
}

/** Resolvers of three parameters at most cannot look at it. */
const NO_INFO = undefined as never;

const resolved =
  (resolve: (source: unknown, run: Run) => unknown, write: Write): FieldWriter['write'] =>
  (source, run) => {
    const known = resolve(source, run);
    return known instanceof Promise ? known.then((later) => write(later, run)) : write(known, run);
  };

const property =
  (name: string, write: Write): FieldWriter['write'] =>
  (source, run) => {
    const value = (source as Record<string, unknown>)[name];
    // As most are: nothing that has to be looked at any closer.
    if (typeof value === 'string') return write(value, run);
    if (typeof value === 'function') throw new NotCompiled();
    return value instanceof Promise ? value.then((later) => write(later, run)) : write(value, run);
  };
