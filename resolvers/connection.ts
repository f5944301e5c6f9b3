/** A page as a Relay connection. */
export interface Connection<T> {
  readonly edges: { cursor: string; node: T }[];
  readonly pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string | null; endCursor: string | null };
}

export interface PageOptions {
  readonly hasNextPage: boolean;
  /** True where the page began behind a cursor. */
  readonly hasPreviousPage: boolean;
  /** Where to go on, if it is not behind the last edge. */
  readonly endCursor?: string | null | undefined;
}

export function connectionOf<T>(edges: { cursor: string; node: T }[], options: PageOptions): Connection<T> {
  const { hasNextPage, hasPreviousPage } = options;
  return {
    edges,
    pageInfo: { hasNextPage, hasPreviousPage, startCursor: edges[0]?.cursor ?? null, endCursor: options.endCursor ?? edges.at(-1)?.cursor ?? null },
  };
}

export interface PageArgs {
  readonly first?: number | null | undefined;
  readonly after?: string | null | undefined;
}
