/** Who may share the answer to an operation: the schema's marks (schema/authority.ts), taken together over the whole document. */
import { Kind, OperationTypeNode, type DocumentNode, type GraphQLNamedType, type GraphQLOutputType, type GraphQLSchema, type SelectionSetNode } from 'graphql';
import { AUTHORITIES, type Authority } from '../../schema/authority.ts';

/** Null: nobody, the answer is not kept. Also for documents with anything but queries. */
export function authorityOf(schema: GraphQLSchema, { definitions }: DocumentNode): Authority | null {
  const marks: (Authority | null)[] = [];
  let hasOperation = false;
  for (const definition of definitions) {
    if (definition.kind === Kind.OPERATION_DEFINITION) {
      if (definition.operation !== OperationTypeNode.QUERY) return null;
      hasOperation = true;
      collect(schema, definition.selectionSet, schema.getQueryType() ?? undefined, marks);
    } else if (definition.kind === Kind.FRAGMENT_DEFINITION) {
      // Wherever they are spread, their own type says what their fields are.
      collect(schema, definition.selectionSet, schema.getType(definition.typeCondition.name.value), marks);
    }
  }
  if (!hasOperation || marks.includes(null)) return null;
  return AUTHORITIES.findLast((authority) => marks.includes(authority)) ?? null;
}

/** Walks by names alone: what asks GraphQL's own classes would tie this file to one copy of them. Null marks what nobody may share. */
function collect(schema: GraphQLSchema, { selections }: SelectionSetNode, parent: GraphQLNamedType | undefined, marks: (Authority | null)[]): void {
  for (const selection of selections) {
    if (selection.kind === Kind.FRAGMENT_SPREAD) continue;
    if (selection.kind === Kind.INLINE_FRAGMENT) {
      const type = selection.typeCondition === undefined ? parent : schema.getType(selection.typeCondition.name.value);
      collect(schema, selection.selectionSet, type, marks);
      continue;
    }
    const name = selection.name.value;
    if (name === '__typename') continue;
    const field = parent !== undefined && 'getFields' in parent ? parent.getFields()[name] : undefined;
    // Introspection, and what validation will refuse.
    if (field === undefined || !('resolve' in field)) return void marks.push(null);
    const mark = field.extensions['authority'] as Authority | undefined;
    if (mark !== undefined) marks.push(mark);
    else if (parent === schema.getQueryType()) marks.push(null);
    if (selection.selectionSet) collect(schema, selection.selectionSet, namedTypeOf(field.type), marks);
  }
}

function namedTypeOf(type: GraphQLOutputType): GraphQLNamedType {
  return 'ofType' in type ? namedTypeOf(type.ofType) : type;
}
