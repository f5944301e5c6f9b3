/** The operations of schema/operations as they are known to the server: it is asked by the hash of their text, which it has. */
import { gql, type AnyVariables, type TypedDocumentNode } from 'urql';

// By a glob and not by an import: text beside the schema, never its code.
const files = import.meta.glob<Readonly<Record<string, string>>>('../../../schema/operations/persisted.json', { import: 'default', eager: true });
const persisted = Object.values(files).flatMap((file) => Object.entries(file));

const find = (name: string): readonly [hash: string, text: string] | undefined => persisted.find(([, text]) => /^\w+ (\w+)/.exec(text)?.[1] === name);

/** The operation of that name with its fragments. Throws where there is none: a mistake in this page. */
export function operation<Data, Variables extends AnyVariables = Record<string, never>>(name: string): TypedDocumentNode<Data, Variables> {
  const [, text] = find(name) ?? [];
  if (text === undefined) throw new Error(`there is no operation ${name} in schema/operations`);
  return gql<Data, Variables>(text);
}

/** What stands for the text of the document's operation in a request: urql leaves the text out where it finds this. */
export function idOf({ definitions }: TypedDocumentNode): { readonly persistedQuery: { readonly version: 1; readonly sha256Hash: string } } | undefined {
  const [first] = definitions;
  const [sha256Hash] = (first && 'name' in first && first.name && find(first.name.value)) || [];
  return sha256Hash === undefined ? undefined : { persistedQuery: { version: 1, sha256Hash } };
}
