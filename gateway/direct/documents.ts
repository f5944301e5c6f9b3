/** What is known of a document once it was parsed, validated and compiled. Edge safe. */
import { getOperationAST, type DocumentNode, type GraphQLError, type GraphQLSchema, type OperationDefinitionNode } from 'graphql';
import { LRUCache } from 'lru-cache';
import type { Authority } from '../../schema/authority.ts';
import { authorityOf } from '../byte-cache/authority.ts';
import { sharedSecondsOf } from '../byte-cache/shared-seconds.ts';
import { compileOperation, conditionsIn, type CompiledOperation } from '../compiled/compile.ts';
import type { Conditions, Variables } from '../compiled/selection.ts';
import { createCoercion, type CoerceVariables } from '../compiled/variables.ts';
import { createTextMemory } from '../compiled/texts.ts';

export interface KnownDocument {
  readonly document: DocumentNode;
  /** Who may share its answers; null: nobody. */
  readonly authority: Authority | null;
  /** How long caches on the way may hold its answers; 0: not at all. */
  readonly sharedSeconds: number;
  /** The operation of that name, or the only one; null where there is none. */
  operation(name: string | null): OperationDefinitionNode | null;
  /** Null where GraphQL itself has to look at them. */
  variables(operation: OperationDefinitionNode, given: Variables): Variables | null;
  /** Null where it needs what compiled operations cannot do. `variables`: coerced. */
  compiled(operation: OperationDefinitionNode, variables: Variables): CompiledOperation | null;
}

/** Null where the text is no valid document: GraphQL says what is wrong with it. */
export type Documents = (query: string) => KnownDocument | null;

export interface DocumentsOptions {
  readonly schema: GraphQLSchema;
  /** Others are for the plugins to refuse; absent: any. */
  readonly isAnswered?: ((query: string) => boolean) | undefined;
  /** Throws for what is no GraphQL. */
  readonly parse: (query: string) => DocumentNode;
  readonly validate: (document: DocumentNode) => readonly GraphQLError[];
}

/** Of their texts; the parsed form takes tens of times that. */
const DOCUMENT_CHARACTERS_MAX = 1_000_000;
/** Of the texts of those that are not valid. */
const WRONG_CHARACTERS_MAX = 100_000;
/** Of all compiled operations. */
const FIELDS_MAX = 50_000;

export function createDocuments({ schema, isAnswered = () => true, parse, validate }: DocumentsOptions): Documents {
  const texts = createTextMemory();
  const coercion = createCoercion(schema);
  const known = new LRUCache<string, KnownDocument>({ maxSize: DOCUMENT_CHARACTERS_MAX, sizeCalculation: (_known, query) => query.length + 1 });
  const variants = new LRUCache<string | OperationDefinitionNode, { readonly query: CompiledOperation | null }>({
    maxSize: FIELDS_MAX,
    sizeCalculation: ({ query }) => (query?.fields ?? 0) + 1,
  });
  /** Looked at once, as the valid ones are. */
  const wrong = new LRUCache<string, true>({ maxSize: WRONG_CHARACTERS_MAX, sizeCalculation: (_true, query) => query.length + 1 });
  let documents = 0;
  const learn = (query: string): KnownDocument | null => {
    const document = isAnswered(query) ? parsed(query, parse) : null;
    if (document === null || validate(document).length > 0) return null;
    const conditionNames = [...conditionsIn(document)].sort();
    const number = (documents += 1);
    const coercers = new Map<OperationDefinitionNode, CoerceVariables>();
    return {
      document,
      authority: authorityOf(schema, document),
      sharedSeconds: sharedSecondsOf(schema, document),
      operation: (name) => getOperationAST(document, name) ?? null,
      variables(operation, given) {
        const coerce = coercers.get(operation) ?? coercion.of(operation.variableDefinitions ?? []);
        coercers.set(operation, coerce);
        return coerce(given);
      },
      compiled(operation, variables) {
        const conditions = conditionsOf(conditionNames, variables);
        // Most have no conditions: nothing has to be put together to find them.
        const key = conditions.size === 0 ? operation : JSON.stringify([number, document.definitions.indexOf(operation), ...conditions]);
        const known = variants.get(key);
        if (known !== undefined) return known.query;
        const variant = { query: compileOperation({ schema, document, operation, conditions, texts }) };
        variants.set(key, variant);
        return variant.query;
      },
    };
  };
  return (query) => {
    const remembered = known.get(query);
    if (remembered !== undefined) return remembered;
    if (wrong.has(query)) return null;
    const learned = learn(query);
    if (learned === null) wrong.set(query, true);
    else known.set(query, learned);
    return learned;
  };
}

/** Only what can decide anything: a variable of that name may be something else in another operation of the document. */
function conditionsOf(names: readonly string[], variables: Variables): Conditions {
  const conditions = new Map<string, boolean>();
  for (const name of names) {
    const value = variables[name];
    if (typeof value === 'boolean') conditions.set(name, value);
  }
  return conditions;
}

function parsed(query: string, parse: (query: string) => DocumentNode): DocumentNode | null {
  try {
    return parse(query);
  } catch {
    // Whoever answers parses it again and tells.
    return null;
  }
}
