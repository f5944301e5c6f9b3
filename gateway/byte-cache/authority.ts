/** Who may share the answer to an operation: the schema's marks (schema/authority.ts), taken together over the whole document. */
import { Kind, OperationTypeNode, type DocumentNode, type GraphQLSchema } from 'graphql';
import { AUTHORITIES, type Authority } from '../../schema/authority.ts';
import { selectedFields, type SelectedField } from './selected-fields.ts';

/** Null: nobody, the answer is not kept. Also for documents with operations of another type. */
export function authorityOf(schema: GraphQLSchema, document: DocumentNode, type = OperationTypeNode.QUERY): Authority | null {
  const operations = document.definitions.filter((one) => one.kind === Kind.OPERATION_DEFINITION);
  if (operations.length === 0 || operations.some(({ operation }) => operation !== type)) return null;
  const marks = new Set<Authority | null | undefined>();
  for (const selected of selectedFields(schema, document)) marks.add(markOf(schema, selected));
  if (marks.has(null)) return null;
  return AUTHORITIES.findLast((authority) => marks.has(authority)) ?? null;
}

/** Null marks what nobody may share; undefined: what its parent is marked with. */
function markOf(schema: GraphQLSchema, { parent, field }: SelectedField): Authority | null | undefined {
  if (field === undefined) return null;
  return (field.extensions['authority'] as Authority | undefined) ?? (isRoot(schema, parent) ? null : undefined);
}

const isRoot = (schema: GraphQLSchema, parent: SelectedField['parent']): boolean => parent === schema.getQueryType() || parent === schema.getSubscriptionType();
