/** What comes by itself. */
import { activity, alertRaised, leadChanged, leadScoreChanged } from '../resolvers/live/subscriptions.ts';
import { orThrow, type ActivityNews, type AlertNews, type LeadNews, type News, type PropertyAlert, type ScoreNews } from '../resolvers/live/news.ts';
import { followLive, type LiveField } from '../resolvers/live/live-field.ts';
import { dependsOn } from './authority.ts';
import { builder } from './builder.ts';
import { isLive } from './live.ts';
import { ScoreDirectionEnum, TierEnum } from './enums.ts';
import { NodeInterface } from './node.ts';
import { CommandReceiptType, LeadType, PropertyType } from './refs.ts';
import { seldom } from './seldom.ts';

const ScoreNewsType = builder.objectRef<ScoreNews>('LeadScoreChange').implement({
  description: 'A lead has a new score.',
  fields: (t) => ({
    cursor: t.exposeString('cursor'),
    lead: t.field({ type: LeadType, description: 'Not older than this change.', resolve: (news) => news.lead }),
    previous: t.exposeFloat('previous', { nullable: true, description: 'Null: there was none.' }),
    score: t.exposeFloat('score'),
    direction: t.expose('direction', { type: ScoreDirectionEnum }),
    tierChanged: t.exposeBoolean('tierChanged'),
    at: t.expose('at', { type: 'DateTime' }),
  }),
});

const LeadNewsType = builder.objectRef<LeadNews>('LeadChange').implement({
  description: 'A lead changed.',
  fields: (t) => ({
    cursor: t.exposeString('cursor'),
    lead: t.field({ type: LeadType, description: 'Not older than this change.', resolve: (news) => news.lead }),
    version: t.exposeInt('version'),
    events: t.stringList({ description: 'What happened: the types of the events.', resolve: (news) => news.events }),
    at: t.expose('at', { type: 'DateTime' }),
  }),
});

const ActivityType = builder.objectRef<ActivityNews>('Activity').implement({
  description: 'Something changed.',
  fields: (t) => ({
    cursor: t.exposeString('cursor'),
    id: t.exposeID('id', { description: 'Of what changed.' }),
    version: t.exposeInt('version'),
    events: t.stringList({ description: 'What happened: the types of the events.', resolve: (news) => news.events }),
    node: t.field({ type: NodeInterface, nullable: true, resolve: (news, _args, context) => news.node(context) }),
    at: t.expose('at', { type: 'DateTime' }),
  }),
});

const PropertyAlertType = builder.objectRef<PropertyAlert>('PropertyAlert').implement({
  description: 'A home that suits a lead very well.',
  fields: (t) => ({
    propertyId: t.exposeID('propertyId'),
    property: t.field({ type: PropertyType, nullable: true, resolve: (alert, _args, context) => context.loaders.property(alert.propertyId) }),
    score: t.exposeFloat('score'),
    message: t.exposeString('message'),
  }),
});

const AlertNewsType = builder.objectRef<AlertNews>('LeadAlert').implement({
  description: 'Somebody should look at a lead.',
  fields: (t) => ({
    cursor: t.exposeString('cursor'),
    lead: t.field({ type: LeadType, resolve: (news) => news.lead }),
    alerts: t.field({ type: [PropertyAlertType], resolve: (news) => news.alerts }),
    at: t.expose('at', { type: 'DateTime' }),
  }),
});

const LeadScoreFilterInput = builder.inputType('LeadScoreFilter', {
  description: 'All that is given must hold.',
  fields: (t) => ({
    leadIds: t.idList(),
    tiers: t.field({ type: [TierEnum] }),
    minScore: t.float(),
    agentId: t.id(),
  }),
});

const afterArg = { description: 'A cursor of an earlier result: resumes behind it. Absent: from now on.' };

/** All of a tenant may hear the same. */
const told = <Args, T extends News>(field: LiveField<Args, T>) => ({ ...dependsOn('TENANT'), ...isLive(field) });

builder.subscriptionFields((t) => ({
  leadScoreChanged: t.field({
    type: ScoreNewsType,
    args: { filter: t.arg({ type: LeadScoreFilterInput }), after: t.arg.string(afterArg) },
    extensions: told(leadScoreChanged),
    subscribe: (_root, args, context) => followLive(leadScoreChanged, context, args),
    resolve: (news) => orThrow(news),
  }),
  leadChanged: t.field({
    type: LeadNewsType,
    args: { id: t.arg.id({ required: true }), after: t.arg.string(afterArg) },
    extensions: told(leadChanged),
    subscribe: (_root, args, context) => followLive(leadChanged, context, args),
    resolve: (news) => orThrow(news),
  }),
  activity: t.field({
    type: ActivityType,
    description: 'Every change of a lead, a property or an agent.',
    args: { after: t.arg.string(afterArg) },
    extensions: told(activity),
    subscribe: (_root, args, context) => followLive(activity, context, args),
    resolve: (news) => orThrow(news),
  }),
  alertRaised: t.field({
    type: AlertNewsType,
    args: { after: t.arg.string(afterArg) },
    extensions: told(alertRaised),
    subscribe: (_root, args, context) => followLive(alertRaised, context, args),
    resolve: (news) => orThrow(news),
  }),
  commandUpdated: t.field({
    type: CommandReceiptType,
    description: 'The receipt as it is, then each change of it; ends once nothing more can come.',
    args: { id: t.arg.id({ required: true }) },
    subscribe: async (_root, args, context) => (await seldom()).commandUpdated(context, args.id),
    resolve: (receipt) => orThrow(receipt),
  }),
}));
