/** The parts of a lead that have no id of their own. */
import type { Campaign, Engagement, GeoPoint, Note, Preferences, Task } from '../domain/lead/lead.ts';
import { isOverdue } from '../resolvers/leads/lead-fields.ts';
import { moneyField } from './money.ts';
import { builder } from './builder.ts';
import { PART } from './cache-control.ts';
import { FinancingEnum, TimelineEnum } from './enums.ts';

export const GeoPointType = builder.objectRef<GeoPoint>('GeoPoint').implement({
  description: 'Degrees.',
  extensions: { ...PART },
  fields: (t) => ({ lat: t.exposeFloat('lat'), lon: t.exposeFloat('lon') }),
});

export const PreferencesType = builder.objectRef<Preferences>('Preferences').implement({
  description: 'What the person wants. Null: not told.',
  fields: (t) => ({
    budgetMin: moneyField(t, (wants) => wants.budgetMinMinor),
    budgetMax: moneyField(t, (wants) => wants.budgetMaxMinor),
    financing: t.expose('financing', { type: FinancingEnum }),
    timeline: t.expose('timeline', { type: TimelineEnum }),
    timelineWords: t.exposeString('timelineWords', { nullable: true, description: "The person's own words on when." }),
    locations: t.stringList({ resolve: (wants) => wants.locations, description: 'Cities, neighbourhoods or zip codes.' }),
    point: t.expose('point', { type: GeoPointType, nullable: true }),
    bedroomsMin: t.exposeInt('bedroomsMin', { nullable: true }),
    bathroomsMin: t.exposeFloat('bathroomsMin', { nullable: true, description: 'In halves: 2.5.' }),
    squareFeetMin: t.exposeInt('squareFeetMin', { nullable: true }),
    squareFeetMax: t.exposeInt('squareFeetMax', { nullable: true }),
    propertyTypes: t.stringList({ resolve: (wants) => wants.propertyTypes }),
    mustHaves: t.stringList({ resolve: (wants) => wants.mustHaves }),
    niceToHaves: t.stringList({ resolve: (wants) => wants.niceToHaves }),
    motivation: t.exposeString('motivation', { nullable: true }),
    homeCondition: t.exposeString('homeCondition', { nullable: true }),
    currentSituation: t.exposeString('currentSituation', { nullable: true }),
  }),
});

export const EngagementType = builder.objectRef<Engagement>('Engagement').implement({
  description: 'What the person did, counted.',
  fields: (t) => ({
    emailsSent: t.exposeInt('emailsSent'),
    emailsOpened: t.exposeInt('emailsOpened'),
    emailsClicked: t.exposeInt('emailsClicked'),
    messagesIn: t.exposeInt('messagesIn'),
    messagesOut: t.exposeInt('messagesOut'),
    lastMessageInAt: t.expose('lastMessageInAt', { type: 'DateTime', nullable: true }),
    lastMessageOutAt: t.expose('lastMessageOutAt', { type: 'DateTime', nullable: true }),
    replyHoursMean: t.float({
      nullable: true,
      description: 'Mean hours from our message to the reply; null before the first reply.',
      resolve: (did) => (did.replies === 0 ? null : did.replyHoursSum / did.replies),
    }),
    pageViews: t.exposeInt('pageViews'),
    propertyViews: t.exposeInt('propertyViews'),
    saves: t.exposeInt('saves'),
    inquiries: t.exposeInt('inquiries'),
    tours: t.exposeInt('tours'),
    offers: t.exposeInt('offers'),
    savedPropertyIds: t.idList({ resolve: (did) => did.savedPropertyIds }),
    passedPropertyIds: t.idList({ resolve: (did) => did.passedPropertyIds }),
    lastActivityAt: t.expose('lastActivityAt', { type: 'DateTime', nullable: true }),
  }),
});

export const CampaignType = builder.objectRef<Campaign>('Campaign').implement({
  description: 'Where a web lead came from, as its link said.',
  fields: (t) => ({
    name: t.exposeString('name', { nullable: true }),
    utmSource: t.exposeString('utmSource', { nullable: true }),
    utmMedium: t.exposeString('utmMedium', { nullable: true }),
    utmCampaign: t.exposeString('utmCampaign', { nullable: true }),
    utmTerm: t.exposeString('utmTerm', { nullable: true }),
    utmContent: t.exposeString('utmContent', { nullable: true }),
  }),
});

export const NoteType = builder.objectRef<Note>('Note').implement({
  fields: (t) => ({
    id: t.exposeID('id'),
    text: t.exposeString('text'),
    byActor: t.exposeString('byActor', { description: 'Who wrote it: the subject of their token.' }),
    at: t.expose('at', { type: 'DateTime' }),
  }),
});

export const TaskType = builder.objectRef<Task>('Task').implement({
  description: 'A follow-up.',
  fields: (t) => ({
    id: t.exposeID('id'),
    title: t.exposeString('title'),
    dueAt: t.expose('dueAt', { type: 'DateTime' }),
    completedAt: t.expose('completedAt', { type: 'DateTime', nullable: true }),
    outcome: t.exposeString('outcome', { nullable: true }),
    overdue: t.boolean({ resolve: (task, _args, context) => task.completedAt === undefined && isOverdue(task.dueAt, context) }),
  }),
});
