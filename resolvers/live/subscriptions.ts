/** The subscriptions: messages of the live feed, with the views that they are about. */
import type { Lead } from '../../domain/lead/lead.ts';
import type { Tier } from '../../domain/scoring/score.ts';
import { isId, type StreamId } from '../../domain/ids.ts';
import type { Delivered } from '../../platform/live-bus/live-bus.ts';
import type { RequestContext } from '../context.ts';
import { badInput, isApiError, type ApiError } from '../errors.ts';
import { findNode } from '../nodes.ts';
import { mapStream } from './map-stream.ts';
import type { ActivityNews, AlertNews, LeadNews, News, ScoreNews } from './news.ts';
import { directionOf } from './score-change.ts';

type Told<T> = Promise<AsyncIterableIterator<T | ApiError>>;
interface After {
  readonly after?: string | null | undefined;
}

export interface ScoreFilter {
  readonly leadIds?: readonly string[] | null | undefined;
  readonly tiers?: readonly Tier[] | null | undefined;
  readonly minScore?: number | null | undefined;
  readonly agentId?: string | null | undefined;
}

export async function leadScoreChanged(
  context: RequestContext,
  { filter, after }: After & { readonly filter?: ScoreFilter | null | undefined },
): Told<ScoreNews> {
  return tellOfLeads(context, after, acceptsScore(filter ?? {}), (news, message) => {
    if (message.score === undefined) return null;
    const { value, previous, tier, previousTier } = message.score;
    const tierChanged = previousTier !== undefined && previousTier !== tier;
    return { ...news, previous, score: value, direction: directionOf(previous, value), tierChanged };
  });
}

function acceptsScore(filter: ScoreFilter): (message: Delivered) => boolean {
  const leadIds = filter.leadIds == null ? null : new Set(filter.leadIds);
  const tiers = filter.tiers == null ? null : new Set(filter.tiers);
  return ({ kind, id, score, lead }) =>
    kind === 'lead' &&
    score !== undefined &&
    (leadIds === null || leadIds.has(id)) &&
    (tiers === null || tiers.has(score.tier)) &&
    (filter.minScore == null || score.value >= filter.minScore) &&
    (filter.agentId == null || lead?.agentId === filter.agentId);
}

export async function leadChanged(context: RequestContext, { id, after }: After & { readonly id: string }): Told<LeadNews> {
  if (!isId('lead', id)) throw badInput('id is not the id of a lead', 'id');
  return tellOfLeads(
    context,
    after,
    (message) => message.id === id,
    (news, { version, events }) => ({ ...news, version, events }),
  );
}

export async function alertRaised(context: RequestContext, { after }: After): Told<AlertNews> {
  const hasAlerts = ({ kind, alerts }: Delivered): boolean => kind === 'lead' && (alerts?.length ?? 0) > 0;
  return tellOfLeads(context, after, hasAlerts, (news, { alerts }) => ({ ...news, alerts: alerts ?? [] }));
}

export async function activity(context: RequestContext, { after }: After): Told<ActivityNews> {
  const source = await openFeed(context, after, ({ kind }) => kind !== 'command');
  return mapStream(source, async (message) => {
    if (isApiError(message)) return message;
    requireFresh(context, message);
    const { cursor, at, id, version, events } = message;
    return { cursor, at, id, version, events, node: (scope: RequestContext) => findNode(scope, id) };
  });
}

const openFeed = ({ shared, identity, lastEventId }: RequestContext, after: string | null | undefined, accept: (message: Delivered) => boolean) =>
  shared.feed.open(identity.tenant, { after: lastEventId ?? after, accept });

async function tellOfLeads<T extends News>(
  context: RequestContext,
  after: string | null | undefined,
  accept: (message: Delivered) => boolean,
  newsOf: (news: News & { readonly lead: Lead }, message: Delivered) => T | null,
): Told<T> {
  const source = await openFeed(context, after, accept);
  return mapStream(source, async (message) => {
    if (isApiError(message)) return message;
    requireFresh(context, message);
    const lead = await context.loaders.lead(message.id);
    return lead === null ? null : newsOf({ cursor: message.cursor, at: message.at, lead }, message);
  });
}

/** A subscription lives long: nothing that it loaded before may answer for now, and what it tells is not older than the change. */
function requireFresh({ loaders }: RequestContext, { id, version }: Delivered): void {
  loaders.reset();
  loaders.require({ streamId: id as StreamId, version });
}
