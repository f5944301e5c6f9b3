/** The clients' documents (schema/operations/*.graphql) as clients send them: each operation with the fragments that it needs, by the SHA-256 of its text. */
import { createHash } from 'node:crypto';
import { Kind, parse, print, visit, type DocumentNode, type FragmentDefinitionNode, type OperationDefinitionNode } from 'graphql';

/** Texts by their hashes, sorted by the operations' names. Throws for operations without a name and fragments that are nowhere. */
export function persistDocuments(texts: readonly string[]): Readonly<Record<string, string>> {
  const { definitions } = parse(texts.join('\n'));
  const fragments = new Map(definitions.flatMap((one) => (one.kind === Kind.FRAGMENT_DEFINITION ? [[one.name.value, one] as const] : [])));
  const operations = definitions.filter((one) => one.kind === Kind.OPERATION_DEFINITION).sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
  return Object.fromEntries(
    operations.map((operation) => {
      const text = print(withTypenames({ kind: Kind.DOCUMENT, definitions: [operation, ...spreadsIn(operation, fragments)] }));
      return [createHash('sha256').update(text).digest('hex'), text];
    }),
  );
}

function nameOf({ name, operation }: OperationDefinitionNode): string {
  if (name === undefined) throw new Error(`a ${operation} in schema/operations has no name`);
  return name.value;
}

/** The fragments that a definition spreads, and theirs, each once, in the order in which they are met. */
function spreadsIn(
  definition: OperationDefinitionNode | FragmentDefinitionNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  found = new Set<FragmentDefinitionNode>(),
): ReadonlySet<FragmentDefinitionNode> {
  visit(definition, {
    FragmentSpread({ name }) {
      const fragment = fragments.get(name.value);
      if (fragment === undefined) throw new Error(`there is no fragment ${name.value} in schema/operations`);
      if (!found.has(fragment)) spreadsIn(fragment, fragments, found.add(fragment));
    },
  });
  return found;
}

/** What clients' own caches go by; at the root they know it. */
const withTypenames = (document: DocumentNode): DocumentNode =>
  visit(document, {
    SelectionSet: {
      leave(set, _key, parent) {
        const isRoot = parent !== undefined && 'kind' in parent && parent.kind === Kind.OPERATION_DEFINITION;
        if (isRoot) return undefined;
        return { ...set, selections: [...set.selections, { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } }] };
      },
    },
  });
