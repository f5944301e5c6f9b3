/** What a write comes to, row by row, before it goes to the database. */
import { isId, type StreamId, type TenantId } from '../../domain/ids.ts';
import { streamKey, type StreamAppend, type StreamRef, type UniqueClaim } from './event-store.ts';
import { claimDigest } from './event-queries.ts';

/** All appends of one stream as one: only then does one statement compare and set every version. Throws where they do not join. */
export function mergeAppends(appends: readonly StreamAppend[]): StreamAppend[] {
  const merged = new Map<string, StreamAppend>();
  for (const append of appends) {
    const key = streamKey(append);
    const before = merged.get(key);
    const joined = before === undefined ? append : { ...before, events: [...before.events, ...append.events], erases: before.erases || append.erases };
    if (before !== undefined && before.expectedVersion + before.events.length !== append.expectedVersion) throw new Error(`two appends to ${key} do not join`);
    joined.events.forEach((event, index) => {
      if (event.version !== joined.expectedVersion + index + 1) throw new Error(`${event.id} does not follow version ${joined.expectedVersion + index}`);
    });
    merged.set(key, joined);
  }
  return [...merged.values()].filter((append) => append.events.length > 0);
}

/** Streams whose facts need a key. */
export const sealedStreams = (appends: readonly StreamAppend[]): StreamAppend[] => appends.filter((append) => isId('lead', append.streamId));

export interface ClaimRow {
  readonly tenant: TenantId;
  readonly name: string;
  readonly stream_id: StreamId;
  readonly digest: string | null;
}

export const keyOfClaim = ({ tenant, stream_id: streamId }: ClaimRow): string => streamKey({ tenant, streamId });

/** The last word of each stream on each name; an erased stream claims nothing. */
export function claimRows(claims: readonly UniqueClaim[], erased: readonly StreamRef[]): ClaimRow[] {
  const gone = new Set(erased.map(streamKey));
  const last = new Map<string, ClaimRow>();
  for (const claim of claims) {
    const digest = claim.value === null || gone.has(streamKey(claim)) ? null : claimDigest(claim.tenant, claim.name, claim.value);
    last.set(`${claim.name}:${streamKey(claim)}`, { tenant: claim.tenant, name: claim.name, stream_id: claim.streamId, digest });
  }
  return [...last.values()];
}
