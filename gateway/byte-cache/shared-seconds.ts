/** How long shared caches may hold the answers to a document: the schema's marks (schema/cache-control.ts), taken together over all of it. */
import type { DocumentNode, GraphQLSchema } from 'graphql';
import { sharedSecondsIn } from '../../schema/cache-control.ts';
import { namedTypeOf, selectedFields, type SelectedField } from './selected-fields.ts';

/** 0: not at all. */
export function sharedSecondsOf(schema: GraphQLSchema, document: DocumentNode): number {
  let strictest = Infinity;
  for (const selected of selectedFields(schema, document)) strictest = Math.min(strictest, secondsOf(selected));
  // Nothing but names of types: nobody said that it is nobody's.
  return Number.isFinite(strictest) ? strictest : 0;
}

function secondsOf({ parent, field }: SelectedField): number {
  if (parent === undefined || field === undefined) return 0;
  const type = namedTypeOf(field.type);
  const isLeaf = !('getFields' in type) && !('getTypes' in type);
  return sharedSecondsIn(field) ?? sharedSecondsIn(isLeaf ? parent : type) ?? 0;
}
