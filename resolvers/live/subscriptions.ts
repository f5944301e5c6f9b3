/** The subscriptions: which messages of the live bus each tells of, with the views that they are about. */
import type { Tier } from '../../domain/scoring/score.ts';
import { isId } from '../../domain/ids.ts';
import type { Delivered } from '../../platform/live-bus/live-bus.ts';
import type { RequestContext } from '../context.ts';
import { badInput } from '../errors.ts';
import { findNode } from '../nodes.ts';
import { leadOf, requireFresh, type Interest, type LiveField } from './live-field.ts';
import type { ActivityNews, AlertNews, BoardNews, LeadNews, ScoreNews } from './news.ts';
import { directionOf } from './score-change.ts';

export interface ScoreFilter {
  readonly leadIds?: readonly string[] | null | undefined;
  readonly tiers?: readonly Tier[] | null | undefined;
  readonly minScore?: number | null | undefined;
  readonly agentId?: string | null | undefined;
}

export const leadScoreChanged: LiveField<{ readonly filter?: ScoreFilter | null | undefined }, ScoreNews> = {
  accept: ({ filter }) => acceptsScore(filter ?? {}),
  interest: ({ filter }) => interestOf(filter ?? {}),
  onlyNewestCounts: true,
  async news(context, message) {
    const { score, cursor, at } = message;
    const lead = await leadOf(context, message);
    if (lead === null || score === undefined) return null;
    const { value, previous, tier, previousTier } = score;
    const tierChanged = previousTier !== undefined && previousTier !== tier;
    return { cursor, at, lead, previous, score: value, direction: directionOf(previous, value), tierChanged };
  },
};

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

/** By what leaves the fewest messages. */
function interestOf({ leadIds, agentId, tiers }: ScoreFilter): Interest {
  if (leadIds != null) return { by: 'id', values: leadIds };
  if (agentId != null) return { by: 'agent', values: [agentId] };
  return tiers == null ? { by: 'all' } : { by: 'tier', values: tiers };
}

export const leadChanged: LiveField<{ readonly id: string }, LeadNews> = {
  accept({ id }) {
    if (!isId('lead', id)) throw badInput('id is not the id of a lead', 'id');
    return (message) => message.id === id;
  },
  interest: ({ id }) => ({ by: 'id', values: [id] }),
  onlyNewestCounts: false,
  async news(context, message) {
    const { cursor, at, version, events } = message;
    const lead = await leadOf(context, message);
    return lead === null ? null : { cursor, at, lead, version, events };
  },
};

export const alertRaised: LiveField<object, AlertNews> = {
  accept:
    () =>
    ({ kind, alerts }) =>
      kind === 'lead' && (alerts?.length ?? 0) > 0,
  interest: () => ({ by: 'all' }),
  onlyNewestCounts: false,
  async news(context, message) {
    const { cursor, at, alerts = [] } = message;
    const lead = await leadOf(context, message);
    return lead === null ? null : { cursor, at, lead, alerts };
  },
};

export const activity: LiveField<object, ActivityNews> = {
  accept:
    () =>
    ({ kind }) =>
      kind !== 'command' && kind !== 'board',
  interest: () => ({ by: 'all' }),
  onlyNewestCounts: false,
  async news(context, message) {
    requireFresh(context, message);
    const { cursor, at, id, version, events } = message;
    return { cursor, at, id, version, events, node: (scope: RequestContext) => findNode(scope, id) };
  },
};

export const boardChanged: LiveField<object, BoardNews> = {
  accept:
    () =>
    ({ kind }) =>
      kind === 'board',
  interest: () => ({ by: 'all' }),
  onlyNewestCounts: false,
  news: ({ loaders }, { cursor, at, figures = [] }) => {
    // Whoever wants the whole board beside them gets it as it is now.
    loaders.reset();
    return Promise.resolve({ cursor, at, figures });
  },
};
