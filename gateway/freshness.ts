/**
 * How an answer says that it may be old: `extensions.freshness` for who reads the answer, headers for who only passes it on. Fresh answers say nothing.
 * The headers are Age (RFC 9111) and Cache-Status (RFC 9211), since Warning is obsolete: docs/adr/0025.
 */
import type { ExecutionResult } from 'graphql';
import type { Reads } from '../resolvers/reads.ts';

export interface Freshness {
  /** When the oldest part of the answer was read. */
  readonly asOf: string;
  /** Where that part came from. */
  readonly layer: 'L1';
  readonly stale: true;
}

/** Of what resolvers worked with. Undefined where nothing in the answer may be old. */
export function freshnessOf({ reads }: { readonly reads?: Pick<Reads, 'age'> | undefined }): Freshness | undefined {
  const sinceMs = reads?.age.staleSinceMs;
  return sinceMs === undefined ? undefined : { asOf: new Date(sinceMs).toISOString(), layer: 'L1', stale: true };
}

export const freshnessIn = ({ extensions }: ExecutionResult): Freshness | undefined => extensions?.['freshness'] as Freshness | undefined;

/** In small letters. */
export function freshnessHeaders({ asOf }: Freshness, now: Date): Record<string, string> {
  const age = Math.max(0, Math.floor((now.getTime() - Date.parse(asOf)) / 1_000));
  // What is fresh is so until it changes: from the moment on when that cannot be known, its time is over.
  return { age: String(age), 'cache-status': `lead-intelligence; hit; ttl=-${age}; detail="stale as of ${asOf}"` };
}
