/** The operations of schema/operations, each on its own: one source for this page and for whoever else speaks with the API. */
import { gql, type AnyVariables, type TypedDocumentNode } from 'urql';

// By a glob and not by an import: text beside the schema, never its code.
const files = import.meta.glob<string>('../../../schema/operations/*.graphql', { query: '?raw', import: 'default', eager: true });
const { kind, definitions: all } = gql(Object.values(files).join('\n'));
type Definition = (typeof all)[number];

const isA = (definition: { readonly kind: string }, name: string): boolean => definition.kind === name;
const nameOf = (definition: Definition): string => ('name' in definition ? (definition.name?.value ?? '') : '');
const fragments = new Map(all.filter((one) => isA(one, 'FragmentDefinition')).map((one) => [nameOf(one), one]));

/** The fragments that `node` spreads, and theirs. */
function spreadsIn(node: unknown, found: Set<Definition>): Set<Definition> {
  if (Array.isArray(node)) for (const one of node) spreadsIn(one, found);
  else if (typeof node === 'object' && node !== null) {
    const fragment = 'kind' in node && node.kind === 'FragmentSpread' ? fragments.get(nameOf(node as Definition)) : undefined;
    if (fragment && !found.has(fragment)) spreadsIn(fragment, found.add(fragment));
    if ('selectionSet' in node) spreadsIn(node.selectionSet, found);
    if ('selections' in node) spreadsIn(node.selections, found);
  }
  return found;
}

/** The operation of that name with the fragments that it needs. Throws where there is none: a mistake in this page. */
export function operation<Data, Variables extends AnyVariables = Record<string, never>>(name: string): TypedDocumentNode<Data, Variables> {
  const definition = all.find((one) => isA(one, 'OperationDefinition') && nameOf(one) === name);
  if (!definition) throw new Error(`there is no operation ${name} in schema/operations`);
  return { kind, definitions: [definition, ...spreadsIn(definition, new Set())] };
}
