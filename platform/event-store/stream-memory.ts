/**
 * The events of streams that were used a moment ago, so that a command costs reading what is new about its lead, not all that ever happened to it,
 * and what this process itself wrote need not be read, opened and parsed again.
 * Events never change, so what was read once stays right, with one exception: an erasure. That is an event itself, so whoever reads what is new
 * meets it, forgets the stream and reads it anew, as everybody else does.
 */
import { LRUCache } from 'lru-cache';
import type { RecordedEvent } from '../../domain/messages.ts';
import type { Queryable } from './connect.ts';
import { groupByStream, selectStreams, selectStreamsBehind } from './event-queries.ts';
import { toRecorded, type EventRow } from './event-rows.ts';
import { streamKey, type StreamRef } from './event-store.ts';
import { subjectKey, type SubjectKey } from './sealing.ts';
import type { WrittenStream } from './write-batch.ts';

/** Altogether, as sealed or stored; the objects made of it take a few times as much. */
const REMEMBERED_BYTES_MAX = 16 * 1024 * 1024;
/** No fact about a person stays here longer without being asked for, nor what another process erased. */
const REMEMBERED_MS = 60_000;
/** What an event takes beside its content. */
const EVENT_BYTES = 200;

interface Remembered {
  readonly events: readonly RecordedEvent[];
  /** Null where nothing of the stream is sealed. */
  readonly key: SubjectKey | null;
  readonly bytes: number;
}

export interface LoadedStreams {
  /** Whole, by streamKey; without those that have no events. */
  readonly streams: Map<string, readonly RecordedEvent[]>;
  /** The keys of those that have one, by streamKey. */
  readonly keys: ReadonlyMap<string, SubjectKey>;
}

export interface StreamMemory {
  /** Reads what is not remembered, in one query, two where a remembered lead was erased. Not behind a write of the same transaction: it may be undone. */
  load(db: Queryable, refs: readonly StreamRef[]): Promise<LoadedStreams>;
  /** Only once it is committed. The events are the very objects that were written. */
  remember(written: readonly WrittenStream[]): void;
  forget(refs: Iterable<StreamRef>): void;
}

const keyOfRow = (row: EventRow): string => streamKey({ tenant: row.tenant, streamId: row.stream_id });
const bytesOf = (rows: readonly EventRow[]): number =>
  rows.reduce((sum, { sealed, data }) => sum + EVENT_BYTES + (sealed?.length ?? JSON.stringify(data).length), 0);

/** True where these rows do not simply go on behind what is remembered. */
function contradicts(base: Remembered, rows: readonly EventRow[]): boolean {
  const [first] = rows;
  if (first === undefined) return false;
  return first.version !== base.events.length + 1 || isErased(rows);
}

const isErased = (rows: readonly EventRow[]): boolean => rows.some(({ type, sealed, key }) => type === 'LeadErased' || (sealed !== null && key === null));

const keyIn = ([first]: readonly EventRow[]): SubjectKey | null => (first?.key ? subjectKey(first.key) : null);

const joined = (base: Remembered | undefined, rows: readonly EventRow[]): Remembered => ({
  events: [...(base?.events ?? []), ...rows.map(toRecorded)],
  key: base?.key ?? keyIn(rows),
  bytes: (base?.bytes ?? 0) + bytesOf(rows),
});

export function createStreamMemory(): StreamMemory {
  const memory = new LRUCache<string, Remembered>({ maxSize: REMEMBERED_BYTES_MAX, ttl: REMEMBERED_MS });

  const keep = (key: string, stream: Remembered): void => {
    // Another transaction may have read further meanwhile.
    if ((memory.peek(key)?.events.length ?? 0) < stream.events.length) memory.set(key, stream, { size: stream.bytes });
  };
  const forget = (refs: Iterable<StreamRef>): void => {
    for (const ref of refs) memory.delete(streamKey(ref));
  };

  return {
    forget,
    remember(written) {
      for (const { append, key, bytes } of written) {
        const base = memory.peek(streamKey(append));
        if (append.erases) memory.delete(streamKey(append));
        // Where what came before is not here, what is written now is read with it.
        if (append.erases || (base?.events.length ?? 0) !== append.expectedVersion) continue;
        const events = base === undefined ? append.events : [...base.events, ...append.events];
        keep(streamKey(append), { events, key, bytes: (base?.bytes ?? 0) + bytes + EVENT_BYTES * append.events.length });
      }
    },
    async load(db, refs) {
      const wanted = new Map(refs.map((ref) => [streamKey(ref), { ref, base: memory.get(streamKey(ref)) }]));
      const behind = [...wanted.values()].map(({ ref, base }) => ({ ...ref, version: base?.events.length ?? 0 }));
      const found = Map.groupBy(await selectStreamsBehind(db, behind), keyOfRow);
      const streams = new Map<string, readonly RecordedEvent[]>();
      const keys = new Map<string, SubjectKey>();
      const anew: StreamRef[] = [];
      for (const [key, { ref, base }] of wanted) {
        const rows = found.get(key) ?? [];
        if (base !== undefined && contradicts(base, rows)) {
          anew.push(ref);
          continue;
        }
        const stream = rows.length === 0 && base !== undefined ? base : joined(base, rows);
        if (stream.events.length === 0) continue;
        streams.set(key, stream.events);
        if (stream.key !== null) keys.set(key, stream.key);
        if (rows.length > 0 && !isErased(rows)) keep(key, stream);
      }
      forget(anew);
      for (const [key, events] of groupByStream(await selectStreams(db, anew))) streams.set(key, events);
      return { streams, keys };
    },
  };
}
