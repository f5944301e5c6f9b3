/** What a document selects, wherever it stands. Walks by names alone: what asks GraphQL's own classes would tie this file to one copy of them. */
import { Kind, type DocumentNode, type GraphQLField, type GraphQLNamedType, type GraphQLOutputType, type GraphQLSchema, type SelectionSetNode } from 'graphql';

export interface SelectedField {
  readonly parent: GraphQLNamedType | undefined;
  /** Undefined: introspection, or what validation will refuse. */
  readonly field: GraphQLField<unknown, unknown> | undefined;
}

/** Of operations and fragments alike: wherever those are spread, their own type says what their fields are. Without __typename. */
export function* selectedFields(schema: GraphQLSchema, { definitions }: DocumentNode): Generator<SelectedField> {
  for (const definition of definitions) {
    if (definition.kind === Kind.OPERATION_DEFINITION) yield* fieldsOf(schema, definition.selectionSet, schema.getRootType(definition.operation) ?? undefined);
    else if (definition.kind === Kind.FRAGMENT_DEFINITION)
      yield* fieldsOf(schema, definition.selectionSet, schema.getType(definition.typeCondition.name.value));
  }
}

function* fieldsOf(schema: GraphQLSchema, { selections }: SelectionSetNode, parent: GraphQLNamedType | undefined): Generator<SelectedField> {
  for (const selection of selections) {
    if (selection.kind === Kind.FRAGMENT_SPREAD) continue;
    if (selection.kind === Kind.INLINE_FRAGMENT) {
      yield* fieldsOf(schema, selection.selectionSet, selection.typeCondition === undefined ? parent : schema.getType(selection.typeCondition.name.value));
      continue;
    }
    const name = selection.name.value;
    if (name === '__typename') continue;
    const found = parent !== undefined && 'getFields' in parent ? parent.getFields()[name] : undefined;
    const field = found !== undefined && 'resolve' in found ? (found as GraphQLField<unknown, unknown>) : undefined;
    yield { parent, field };
    if (field !== undefined && selection.selectionSet) yield* fieldsOf(schema, selection.selectionSet, namedTypeOf(field.type));
  }
}

export function namedTypeOf(type: GraphQLOutputType): GraphQLNamedType {
  return 'ofType' in type ? namedTypeOf(type.ofType) : type;
}
