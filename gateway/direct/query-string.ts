/** A query in an address (GraphQL over HTTP, GET), or its document's id, as the body that would ask the same. */

/** Null where there is none, or something in it that Yoga explains better: what is no JSON, parameters given twice. */
export function bodyIn(address: string): string | null {
  const start = address.indexOf('?');
  if (start === -1) return null;
  const { query, documentId, operationName, variables, extensions, ...rest } = parametersIn(address.slice(start)) ?? {};
  const isNamed = query !== undefined || documentId !== undefined || extensions !== undefined;
  if (!isNamed || Object.keys(rest).length > 0) return null;
  try {
    return JSON.stringify({ query, documentId, operationName: operationName || null, variables: jsonIn(variables) ?? null, extensions: jsonIn(extensions) });
  } catch {
    return null;
  }
}

const jsonIn = (text: string | undefined): unknown => (text ? JSON.parse(text) : undefined);

function parametersIn(search: string): Partial<Record<string, string>> | null {
  const all = [...new URLSearchParams(search)];
  return new Set(all.map(([name]) => name)).size === all.length ? Object.fromEntries(all) : null;
}
