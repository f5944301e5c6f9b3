/** A lead and how to find leads. */
import type { Lead } from '../domain/lead/lead.ts';
import type { Insight } from '../domain/scoring/score.ts';
import type { RequestContext } from '../resolvers/context.ts';
import { leadById } from '../resolvers/leads/lead.ts';
import { isOverdue, nameOf } from '../resolvers/leads/lead-fields.ts';
import { listLeads } from '../resolvers/leads/list.ts';
import { matchesOf } from '../resolvers/leads/matches.ts';
import { dependsOn } from './authority.ts';
import { builder } from './builder.ts';
import { connectionType } from './connection.ts';
import { IntentEnum, LeadOrderEnum, LeadSourceEnum, StageEnum, TierEnum } from './enums.ts';
import { keptFor } from './kept-for.ts';
import { CampaignType, EngagementType, NoteType, PreferencesType, TaskType } from './lead-parts.ts';
import { MatchConnection } from './match.ts';
import { NodeInterface } from './node.ts';
import { InsightType, ScorePointType, ScoreType } from './score.ts';
import { TimelineConnection } from './timeline.ts';
import { AgentType, LeadType } from './refs.ts';
import { seldom } from './seldom.ts';
import { isView } from './view-type.ts';

/** Loaded with the first who asks. */
const freshInsight = async (context: RequestContext, lead: Lead): Promise<Insight | null> => (await seldom()).freshInsightOf(context, lead);

LeadType.implement({
  description: 'A person who may buy or sell a home.',
  interfaces: [NodeInterface],
  extensions: { ...isView, ...keptFor(300) },
  fields: (t) => ({
    version: t.exposeInt('version', { description: 'The number of its events; what expectedVersion is compared with.' }),
    externalId: t.exposeString('externalId', { nullable: true, description: "The CRM's contact id." }),
    firstName: t.exposeString('firstName', { nullable: true }),
    lastName: t.exposeString('lastName', { nullable: true }),
    name: t.string({ description: 'What to call the lead: its name, else its email or phone.', resolve: nameOf }),
    email: t.exposeString('email', { nullable: true }),
    phone: t.exposeString('phone', { nullable: true, description: 'E.164.' }),
    source: t.expose('source', { type: LeadSourceEnum }),
    campaign: t.expose('campaign', { type: CampaignType }),
    intent: t.expose('intent', { type: IntentEnum }),
    preferences: t.expose('preferences', { type: PreferencesType }),
    engagement: t.expose('engagement', { type: EngagementType }),
    stage: t.expose('stage', { type: StageEnum }),
    stageSince: t.expose('stageSince', { type: 'DateTime' }),
    tier: t.field({ type: TierEnum, nullable: true, description: 'Null until the first score.', resolve: (lead) => lead.score?.tier }),
    score: t.expose('score', { type: ScoreType, nullable: true, description: 'Null until the first score.' }),
    previousScore: t.exposeFloat('previousScore', { nullable: true }),
    scoreHistory: t.field({
      type: [ScorePointType],
      description: 'Newest first, 100 at the most.',
      args: { first: t.arg.int({ defaultValue: 20 }) },
      resolve: async (lead, args, context) => (await seldom()).scoreHistoryOf(context, lead, args.first),
    }),
    insight: t.field({
      type: InsightType,
      nullable: true,
      description: 'The analysis behind the score. Null until the first score.',
      args: {
        fresh: t.arg.boolean({
          defaultValue: false,
          description: 'true: where what is known is not the AI’s own word, the AI is asked now, for up to half a minute: ask for it within @defer.',
        }),
      },
      resolve: (lead, { fresh }, context) => (fresh ? freshInsight(context, lead) : lead.insight),
    }),
    agent: t.field({
      type: AgentType,
      nullable: true,
      description: 'Null: nobody works it.',
      resolve: (lead, _args, context) => (lead.agentId === undefined ? null : context.loaders.agent(lead.agentId)),
    }),
    tags: t.stringList({ resolve: (lead) => lead.tags }),
    notes: t.field({ type: [NoteType], resolve: (lead) => lead.notes }),
    tasks: t.field({ type: [TaskType], resolve: (lead) => lead.tasks }),
    matches: t.field({
      type: MatchConnection,
      description: 'Homes that suit, best first.',
      args: { first: t.arg.int({ defaultValue: 20 }), after: t.arg.string() },
      resolve: (lead, args) => matchesOf(lead, args),
    }),
    timeline: t.field({
      type: TimelineConnection,
      description: 'Its events, newest first: the audit trail.',
      args: { first: t.arg.int({ defaultValue: 20 }), after: t.arg.string() },
      resolve: async (lead, args, context) => (await seldom()).timelineOf(context, lead, args),
    }),
    responseDueAt: t.expose('responseDueAt', { type: 'DateTime', nullable: true, description: 'By when somebody should answer; null once answered.' }),
    respondedAt: t.expose('respondedAt', { type: 'DateTime', nullable: true }),
    overdue: t.boolean({
      description: 'Past its response time.',
      resolve: (lead, _args, context) => lead.responseDueAt !== undefined && isOverdue(lead.responseDueAt, context),
    }),
    timeZone: t.exposeString('timeZone'),
    madeUp: t.exposeBoolean('madeUp', { description: 'True for leads that the demo made up.' }),
    erasedAt: t.expose('erasedAt', { type: 'DateTime', nullable: true, description: 'When the person was forgotten; everything personal is gone then.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime' }),
  }),
});

export const LeadConnection = connectionType('Lead', LeadType);

const LeadFilterInput = builder.inputType('LeadFilter', {
  description: 'All that is given must hold.',
  fields: (t) => ({
    tier: t.field({ type: TierEnum }),
    stage: t.field({ type: StageEnum }),
    source: t.field({ type: LeadSourceEnum }),
    agentId: t.id(),
    tag: t.string(),
    minScore: t.float(),
    maxScore: t.float(),
    updatedSince: t.field({ type: 'DateTime' }),
    overdue: t.boolean({ description: 'true: only leads past their response time. false and null: all.' }),
    text: t.string({ description: 'Words; each must be the beginning of a word of the name, email, phone or tags.' }),
  }),
});

builder.queryFields((t) => ({
  lead: t.field({
    type: LeadType,
    nullable: true,
    extensions: dependsOn('TENANT'),
    args: {
      id: t.arg.id({ required: true }),
      atLeast: t.arg.string({ description: 'A consistency token of a receipt: the answer is not older than that change.' }),
    },
    resolve: (_root, args, context) => leadById(context, args.id, args.atLeast),
  }),
  leads: t.field({
    type: LeadConnection,
    extensions: { ...dependsOn('TENANT'), ...keptFor(60) },
    args: {
      filter: t.arg({ type: LeadFilterInput }),
      orderBy: t.arg({ type: LeadOrderEnum, defaultValue: 'SCORE_DESC' }),
      first: t.arg.int({ defaultValue: 20, description: '1 to 100.' }),
      after: t.arg.string(),
    },
    resolve: (_root, args, context) => listLeads(context, args),
  }),
}));
