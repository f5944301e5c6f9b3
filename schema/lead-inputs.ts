/** What is sent about leads. In changes null clears a value and an absent one is left as it is. */
import { builder, type SchemaTypes } from './builder.ts';
import { FinancingEnum, IntentEnum, InteractionKindEnum, LeadSourceEnum, StageEnum, TimelineEnum } from './enums.ts';

export const GeoPointInput = builder.inputType('GeoPointInput', {
  fields: (t) => ({ lat: t.float({ required: true }), lon: t.float({ required: true }) }),
});

const PreferencesInput = builder.inputType('PreferencesInput', {
  fields: (t) => ({
    budgetMin: t.field({ type: 'Decimal' }),
    budgetMax: t.field({ type: 'Decimal' }),
    financing: t.field({ type: FinancingEnum }),
    timeline: t.field({ type: TimelineEnum }),
    timelineWords: t.string(),
    locations: t.stringList(),
    point: t.field({ type: GeoPointInput }),
    bedroomsMin: t.int(),
    bathroomsMin: t.float({ description: 'In halves: 2.5.' }),
    squareFeetMin: t.int(),
    squareFeetMax: t.int(),
    propertyTypes: t.stringList(),
    mustHaves: t.stringList(),
    niceToHaves: t.stringList(),
    motivation: t.string(),
    homeCondition: t.string(),
    currentSituation: t.string(),
  }),
});

const CampaignInput = builder.inputType('CampaignInput', {
  fields: (t) => ({
    name: t.string(),
    utmSource: t.string(),
    utmMedium: t.string(),
    utmCampaign: t.string(),
    utmTerm: t.string(),
    utmContent: t.string(),
  }),
});

const leadFields = (t: PothosSchemaTypes.InputFieldBuilder<PothosSchemaTypes.ExtendDefaultTypes<SchemaTypes>, 'InputObject'>) => ({
  externalId: t.string(),
  firstName: t.string(),
  lastName: t.string(),
  email: t.string({ description: 'Unique within the brokerage, whatever its case.' }),
  phone: t.string({ description: 'E.164, or a ten-digit number of the USA.' }),
  source: t.field({ type: LeadSourceEnum }),
  campaign: t.field({ type: CampaignInput }),
  intent: t.field({ type: IntentEnum }),
  preferences: t.field({ type: PreferencesInput }),
  timeZone: t.string({ description: 'IANA name: America/Los_Angeles.' }),
});

const OnExistingEnum = builder.enumType('OnExisting', { values: ['REJECT', 'MERGE'] as const, description: 'What to do where the lead is there already.' });

export const CreateLeadInput = builder.inputType('CreateLeadInput', {
  description: 'A lead has at least one of email, phone, externalId and a name.',
  fields: (t) => ({
    ...leadFields(t),
    tags: t.stringList(),
    agentId: t.id(),
    onExisting: t.field({ type: OnExistingEnum, defaultValue: 'REJECT' }),
    madeUp: t.boolean({ description: 'True for leads that a demo makes up.' }),
  }),
});

export const UpdateLeadInput = builder.inputType('UpdateLeadInput', {
  fields: (t) => ({ leadId: t.id({ required: true }), ...leadFields(t) }),
});

export const RecordInteractionInput = builder.inputType('RecordInteractionInput', {
  fields: (t) => ({
    leadId: t.id({ required: true }),
    kind: t.field({ type: InteractionKindEnum, required: true }),
    at: t.field({ type: 'DateTime', description: 'When it happened; absent: now.' }),
    subject: t.string({ description: 'Emails.' }),
    text: t.string({ description: 'Messages: what was said.' }),
    channel: t.string({ description: 'Messages: SMS, EMAIL, CHAT, …' }),
    url: t.string({ description: 'Page views.' }),
    propertyId: t.id({ description: 'Needed for what was done with a property.' }),
  }),
});

export const LeadIdInput = builder.inputType('LeadIdInput', { fields: (t) => ({ leadId: t.id({ required: true }) }) });

export const ChangeStageInput = builder.inputType('ChangeStageInput', {
  fields: (t) => ({ leadId: t.id({ required: true }), stage: t.field({ type: StageEnum, required: true }), reason: t.string() }),
});

export const AssignLeadInput = builder.inputType('AssignLeadInput', {
  fields: (t) => ({ leadId: t.id({ required: true }), agentId: t.id({ description: 'Null takes the lead from its agent.' }) }),
});

export const AddNoteInput = builder.inputType('AddNoteInput', {
  fields: (t) => ({ leadId: t.id({ required: true }), text: t.string({ required: true }) }),
});

export const TagInput = builder.inputType('TagInput', {
  fields: (t) => ({ leadId: t.id({ required: true }), tag: t.string({ required: true }) }),
});

export const ScheduleFollowUpInput = builder.inputType('ScheduleFollowUpInput', {
  fields: (t) => ({
    leadId: t.id({ required: true }),
    title: t.string({ required: true }),
    dueAt: t.field({ type: 'DateTime', required: true }),
    agentId: t.id(),
  }),
});

export const CompleteFollowUpInput = builder.inputType('CompleteFollowUpInput', {
  fields: (t) => ({ leadId: t.id({ required: true }), taskId: t.id({ required: true }), outcome: t.string() }),
});
