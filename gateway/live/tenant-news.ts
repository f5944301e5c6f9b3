/** The news of one tenant in this process: who wants which, and what was heard of late. */
import { compareCursors, streamIdOf } from '../../platform/live-bus/cursor.ts';
import type { Delivered } from '../../platform/live-bus/live-bus.ts';
import type { TenantId } from '../../domain/ids.ts';
import type { ApiError } from '../../resolvers/errors.ts';
import type { LiveFeed } from '../../resolvers/live/live-feed.ts';
import type { Interest } from '../../resolvers/live/live-field.ts';
import type { PastPage } from '../../resolvers/live/subscriber.ts';
import type { Group } from './group.ts';

export interface TenantNews {
  /** Behind the newest message that was heard. */
  position(): string;
  /** What was published behind `cursor`, but for what is heard from now on; out of memory where it is of late, else read once for all who stand there. */
  past(cursor: string): Promise<PastPage | ApiError>;
  add(group: Group): void;
  remove(group: Group): void;
  /** True while no group wants news. */
  isUnwanted(): boolean;
  /** Ends listening. */
  stop(): void;
}

/** Messages that are remembered: those that clients missed while they reconnected. */
const RECENT_MAX = 2_000;

/** Resolves once news are heard. Rejects with ApiError (UNAVAILABLE). */
export async function followTenant(feed: LiveFeed, tenant: TenantId): Promise<TenantNews> {
  const index = createIndex();
  const recent = createRecent();
  const readings = createReadings((cursor) => feed.past(tenant, cursor));
  let losses = 0;
  const stop = await feed.listen(
    tenant,
    (message) => {
      recent.heard(message);
      readings.close();
      for (const group of index.wantedBy(message)) if (group.accept(message)) group.hear(message);
    },
    () => {
      losses += 1;
      recent.forget();
      readings.close();
      for (const group of index.all()) group.giveUp();
    },
  );
  /** Asked again where news were lost meanwhile: they may lie behind the answer. */
  const latest = async (): Promise<string> => {
    const before = losses;
    const cursor = await feed.latest(tenant);
    return losses === before ? cursor : latest();
  };
  try {
    recent.begin(await latest());
  } catch (error) {
    stop();
    throw error;
  }
  return {
    position: () => recent.position(),
    async past(cursor) {
      const known = recent.behind(cursor);
      return known === null ? readings.join(cursor) : { messages: known, more: false };
    },
    add: (group) => index.add(group),
    remove: (group) => index.remove(group),
    isUnwanted: () => index.isEmpty(),
    stop,
  };
}

/** Readings of the log, each for all who ask for the same until something is heard. */
function createReadings(read: (cursor: string) => Promise<PastPage | ApiError>) {
  const open = new Map<string, Promise<PastPage | ApiError>>();
  return {
    /** Something was heard. Pages on their way may not have it, and whoever comes from now on was not there to be told. */
    close(): void {
      if (open.size > 0) open.clear();
    },
    join(cursor: string): Promise<PastPage | ApiError> {
      const known = open.get(cursor);
      if (known !== undefined) return known;
      const page = read(cursor).finally(() => {
        if (open.get(cursor) === page) open.delete(cursor);
      });
      open.set(cursor, page);
      return page;
    },
  };
}

function createRecent() {
  let messages: Delivered[] = [];
  /** Everything behind it is in `messages`; undefined: that cannot be said of any. */
  let since: string | undefined;
  let hasGap = false;
  let hasBegun = false;
  let position = '';
  return {
    position: () => position,
    /** Nothing was heard up to there, and everything behind it is. */
    begin(cursor: string): void {
      hasBegun = true;
      messages = messages.filter((message) => compareCursors(message.cursor, cursor) > 0);
      since = cursor;
      if (compareCursors(cursor, position) > 0) position = cursor;
    },
    heard(message: Delivered): void {
      position = message.cursor;
      if (hasGap) {
        // What is behind this one will be here.
        [hasGap, since] = [false, message.cursor];
        return;
      }
      messages.push(message);
      if (messages.length < 2 * RECENT_MAX) return;
      const dropped = messages.length - RECENT_MAX;
      since = messages[dropped - 1]?.cursor;
      messages = messages.slice(dropped);
    },
    forget(): void {
      messages = [];
      since = undefined;
      // Before it begins nothing is promised: what is heard behind the place where it will may be kept at once.
      hasGap = hasBegun;
    },
    /** Null where older ones may be missing, and where it is no place that is known here: the log has the last word. */
    behind(cursor: string): Delivered[] | null {
      if (since === undefined || compareCursors(cursor, since) < 0) return null;
      // Clients send what they like, and others may have been told more than was heard here. As text it may well sort behind all that will ever be heard.
      if (compareCursors(cursor, position) > 0 || (cursor !== '' && streamIdOf(cursor) === undefined)) return null;
      // The log was empty: a cursor that is older than what was heard since then is of another log, of which nothing is known.
      if (since === '' && cursor !== '' && (messages[0] === undefined || compareCursors(cursor, messages[0].cursor) < 0)) return null;
      return messages.filter((message) => compareCursors(message.cursor, cursor) > 0);
    },
  };
}

/** Groups by what their messages surely have, so that a message looks only at those that may want it. */
function createIndex() {
  const every = new Set<Group>();
  const anything = new Set<Group>();
  const by = { id: new Map<string, Set<Group>>(), agent: new Map<string, Set<Group>>(), tier: new Map<string, Set<Group>>() };
  const placesOf = (interest: Interest): [Map<string, Set<Group>>, string][] =>
    interest.by === 'all' ? [] : interest.values.map((value) => [by[interest.by], value]);
  const NOBODY: ReadonlySet<Group> = new Set();
  return {
    all: (): Iterable<Group> => every,
    isEmpty: (): boolean => every.size === 0,
    add(group: Group): void {
      every.add(group);
      if (group.interest.by === 'all') anything.add(group);
      for (const [place, value] of placesOf(group.interest)) place.set(value, (place.get(value) ?? new Set()).add(group));
    },
    remove(group: Group): void {
      every.delete(group);
      anything.delete(group);
      for (const [place, value] of placesOf(group.interest)) {
        const there = place.get(value);
        there?.delete(group);
        if (there?.size === 0) place.delete(value);
      }
    },
    *wantedBy({ id, lead, score }: Delivered): Generator<Group> {
      yield* anything;
      yield* by.id.get(id) ?? NOBODY;
      yield* by.agent.get(lead?.agentId ?? '') ?? NOBODY;
      yield* by.tier.get(score?.tier ?? '') ?? NOBODY;
    },
  };
}
