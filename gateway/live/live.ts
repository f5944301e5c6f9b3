/**
 * Many subscribers at once: those who ask the same share one execution of each change, and get the same bytes. Who begins behind a cursor is told what it
 * missed first; who reads too slowly, whose token has expired or who is in the way of a stop is told where to resume, and ended. For transports that can
 * write to a connection; elsewhere (the edge, other subscriptions) Yoga follows the feed for each.
 */
import type { TenantId } from '../../domain/ids.ts';
import type { Logger } from '../../platform/telemetry/logger.ts';
import type { TokenVerifier } from '../../platform/auth/token-verifier.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Identity } from '../../resolvers/context.ts';
import { resumeRequired, unavailable } from '../../resolvers/errors.ts';
import { STOPPING, type LiveFeed } from '../../resolvers/live/live-feed.ts';
import { keyOf } from '../direct/question.ts';
import type { GatewayMetrics, LiveFacts } from '../metrics.ts';
import type { SubscriptionLimits } from '../config.ts';
import { createAdmission } from './admission.ts';
import { DEFAULT_GROUP_TIMING, Group, type GroupTiming } from './group.ts';
import type { LiveQuestion, LiveQuestionOf } from './live-question.ts';
import { DEFAULT_MEMBER_LIMITS, Member, type LiveSink, type MemberLimits } from './member.ts';
import { createRounds } from './rounds.ts';
import { sendAway } from './send-away.ts';
import { catchUp } from './catch-up.ts';
import { createGuests, type Guest } from './guests.ts';
import { createTokenCheck } from './token-check.ts';
import type { TellerOptions } from './teller.ts';
import { createTellings, type Telling } from './tellings.ts';
import { followTenant, type TenantNews } from './tenant-news.ts';

export interface LiveLimits extends SubscriptionLimits, MemberLimits {
  /** Between two looks at the tokens of open subscriptions: as long as a request's token is taken on trust at the most. */
  readonly recheckMs: number;
}

export const DEFAULT_LIVE_LIMITS: LiveLimits = { perUserMax: 100, perTenantMax: 50_000, perSecond: 1_000, recheckMs: 60_000, ...DEFAULT_MEMBER_LIMITS };

export interface LiveOptions extends TellerOptions {
  readonly feed: LiveFeed;
  readonly questionOf: LiveQuestionOf;
  readonly verifier: TokenVerifier;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics?: GatewayMetrics | undefined;
  readonly limits?: Partial<LiveLimits> | undefined;
  readonly groupTiming?: Partial<GroupTiming> | undefined;
}

export interface Live {
  /** `asked`: the parameters of an operation, as JSON. Null where it is not for here. */
  readonly questionOf: LiveQuestionOf;
  /**
   * A place for one more subscriber. `lastEventId` counts more than the question's own cursor: a client that reconnects by itself repeats its first
   * request. Rejects with ApiError: RATE_LIMITED, UNAVAILABLE.
   */
  reserve(question: LiveQuestion, asker: Asker): Promise<Reserved>;
  /** A place for one that Yoga follows. Rejects as `reserve` does. */
  admit(asker: Pick<Asker, 'identity' | 'token'>): Promise<Guest>;
  facts(): LiveFacts;
  /** Takes nobody new, and sends all away, so many in a second; at the end of `withinMs` the rest at once, told to come back one after the other. */
  drain(withinMs: number): Promise<void>;
}

/** To be taken, or left: one of both. */
export interface Reserved {
  /** The subscriber, who is told through `sink` from now on. */
  take(sink: LiveSink): Member;
  leave(): void;
}

/** Who asks, as its token says, and from where on. */
export interface Asker {
  readonly identity: Identity;
  readonly token: string;
  readonly lastEventId?: string | undefined;
}

interface Place {
  readonly group: Group;
  readonly news: TenantNews;
  readonly telling: Telling;
}

const LOOK_EVERY_MS = 500;
/** Proxies end connections on which nothing comes for a minute, or half of one. */
const BEAT_AFTER_MS = 12_000;
const BEAT_LOOK_MS = 1_000;

export function createLive(options: LiveOptions): Live {
  const { feed, clock, logger, metrics } = options;
  const groupTiming = { ...DEFAULT_GROUP_TIMING, ...options.groupTiming };
  const rounds = createRounds(groupTiming.portion);
  const limits = { ...DEFAULT_LIVE_LIMITS, ...options.limits };
  const elapsedMs = (): number => clock.elapsedMs();
  const admission = createAdmission(limits, elapsedMs);
  const guests = createGuests(admission);
  const checkTokens = createTokenCheck(options.verifier, logger);
  const tenants = new Map<TenantId, TenantNews>();
  const following = new Map<TenantId, Promise<TenantNews>>();
  const places = new Map<string, Place>();
  const counts = { members: 0, made: 0, delivered: 0, ended: { left: 0, slow: 0, expired: 0, withdrawn: 0, stopping: 0, lost: 0 } };
  const tellingOf = createTellings(options, () => void (counts.made += 1));
  let isStopping = false;
  let timers: readonly NodeJS.Timeout[] = [];

  const newsOf = async (tenant: TenantId): Promise<TenantNews> => {
    const known = tenants.get(tenant);
    if (known !== undefined) return known;
    const begun = following.get(tenant) ?? followTenant(feed, tenant).finally(() => void following.delete(tenant));
    following.set(tenant, begun);
    const news = await begun;
    tenants.set(tenant, news);
    return news;
  };
  const placeOf = (question: LiveQuestion, identity: Identity): Place => {
    const key = keyOf(identity, question.authority, question.text, 'live');
    const known = places.get(key);
    if (known !== undefined) return known;
    const news = tenants.get(identity.tenant);
    if (news === undefined) throw new Error('a place was taken that was not reserved');
    const { field, args } = question;
    const telling = tellingOf(question, identity);
    const group = new Group({
      accept: field.accept(args),
      interest: field.interest(args),
      tell: telling.tell,
      elapsedMs,
      rounds,
      timing: groupTiming,
      onDelivered: (results, members) => void (counts.delivered += results * members),
    });
    news.add(group);
    const place = { group, news, telling };
    places.set(key, place);
    return place;
  };
  const letGo = (key: string, { group, news, telling }: Place): void => {
    news.remove(group);
    telling.leave();
    places.delete(key);
  };
  const take = (question: LiveQuestion, { identity, token, lastEventId }: Asker, sink: LiveSink, leave: () => void): Member => {
    const place = placeOf(question, identity);
    const after = lastEventId ?? question.after;
    const closed = metrics?.subscriptionOpened();
    counts.members += 1;
    const member = new Member({
      sink,
      cursor: after ?? place.news.position(),
      catchesUp: after !== null,
      expiresAtMs: identity.expiresAtMs,
      token,
      limits,
      onEnd(reason) {
        counts.members -= 1;
        counts.ended[reason] += 1;
        leave();
        closed?.();
      },
    });
    place.group.add(member);
    begin();
    if (isStopping) member.end('stopping', resumeRequired(STOPPING, member.cursor));
    else if (after !== null) catchUpOrEnd(member, place);
    return member;
  };
  const catchUpOrEnd = (member: Member, place: Place): void => {
    catchUp(member, place, elapsedMs).catch((error: unknown) => {
      logger.error({ err: error }, 'a subscriber could not be told what it missed');
      member.end('lost', unavailable('older news cannot be had at the moment'));
    });
  };

  const begin = (): void => {
    if (timers.length > 0) return;
    timers = [setInterval(look, LOOK_EVERY_MS), setInterval(beat, BEAT_LOOK_MS), setInterval(recheck, limits.recheckMs)];
    for (const timer of timers) timer.unref();
  };
  const look = (): void => {
    const now = { atMs: clock.now().getTime(), elapsedMs: elapsedMs() };
    for (const [key, place] of places) {
      for (const member of place.group.members) member.look(now);
      if (place.group.sweep()) letGo(key, place);
    }
    for (const [tenant, news] of tenants) {
      if (!news.isUnwanted()) continue;
      tenants.delete(tenant);
      news.stop();
    }
  };
  const beat = (): void => {
    for (const { group } of places.values()) group.beatAfter(BEAT_AFTER_MS);
  };
  const members = (): Member[] => [...places.values()].flatMap(({ group }) => group.members);
  const recheck = (): void => checkTokens(() => [...members(), ...guests.all()]);
  /** Where a member resumes: it need not look at what was not for it. */
  const cursorOf = (member: Member, { group, news }: Place): string => (member.isLive && group.isIdle ? news.position() : member.cursor);

  return {
    questionOf: options.questionOf,
    async reserve(question, asker) {
      const { identity } = asker;
      if (isStopping) throw unavailable(STOPPING);
      const leave = await admission.enter(identity);
      try {
        await newsOf(identity.tenant);
      } catch (error) {
        leave();
        throw error;
      }
      return { leave, take: (sink) => take(question, asker, sink, leave) };
    },
    async admit(asker) {
      if (isStopping) throw unavailable(STOPPING);
      const guest = await guests.admit(asker);
      begin();
      return guest;
    },
    facts: () => ({ ...counts, groups: places.size }),
    async drain(withinMs) {
      isStopping = true;
      const all = [...places.values()].flatMap((place) => place.group.members.map((member) => ({ member, place })));
      const open = all.filter(({ member }) => !member.isEnded);
      const end = ({ member, place }: (typeof all)[number], retryMs: number): void =>
        member.end('stopping', resumeRequired(STOPPING, cursorOf(member, place)), retryMs);
      const connections = Map.groupBy(open, ({ member }) => member.connection);
      await sendAway([...connections.values()], end, { perSecond: limits.perSecond, withinMs });
      timers.forEach(clearInterval);
      for (const [key, place] of places) letGo(key, place);
      for (const news of tenants.values()) news.stop();
    },
  };
}
