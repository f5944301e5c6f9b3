/** Cutting what goes to the read models where one request would hold up those of others. */

/**
 * Text in one request, in UTF-16 units: some milliseconds of Redis and of the bridge before it, which do one thing after another for everybody. A lead
 * has about 4,000 of them, and up to two million: escaped and in UTF-8 it stays below the 10 MB that Upstash takes.
 */
const REQUEST_CHARS_MAX = 64_000;

/** In their order, as many at a time as fit; one that is larger goes alone. */
export function inRequests<T extends { readonly doc: string }>(items: readonly T[]): T[][] {
  const requests: T[][] = [];
  let chars = Infinity;
  for (const item of items) {
    chars += item.doc.length;
    if (chars > REQUEST_CHARS_MAX) {
      requests.push([]);
      chars = item.doc.length;
    }
    requests.at(-1)?.push(item);
  }
  return requests;
}
