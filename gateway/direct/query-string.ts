/** A query in an address (GraphQL over HTTP, GET) as the body that would ask the same. */

/** Null where there is none, or something in it that Yoga explains better: variables that are no JSON, extensions, parameters given twice. */
export function bodyIn(address: string): string | null {
  const start = address.indexOf('?');
  if (start === -1) return null;
  const { query, operationName, variables, ...rest } = parametersIn(address.slice(start)) ?? {};
  if (query === undefined || Object.keys(rest).length > 0) return null;
  try {
    return JSON.stringify({ query, operationName: operationName || null, variables: variables ? (JSON.parse(variables) as unknown) : null });
  } catch {
    return null;
  }
}

function parametersIn(search: string): Partial<Record<string, string>> | null {
  const all = [...new URLSearchParams(search)];
  return new Set(all.map(([name]) => name)).size === all.length ? Object.fromEntries(all) : null;
}
