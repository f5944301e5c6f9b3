/** What clients send, as the schema's scalars leave it: money as decimal text, times in UTC. In changes null clears and absent leaves. */
import type { InteractionKind } from '../../domain/lead/commands.ts';
import type { Role } from '../../domain/agent/agent.ts';
import type { Financing, GeoPoint, Intent, LeadSource, Stage, Timeline } from '../../domain/lead/lead.ts';
import type { PropertyStatus } from '../../domain/property/property.ts';

type Optional<T> = { readonly [K in keyof T]?: T[K] | null | undefined };
type Texts = readonly string[];

export type PreferencesInput = Optional<{
  budgetMin: string;
  budgetMax: string;
  financing: Financing;
  timeline: Timeline;
  timelineWords: string;
  locations: Texts;
  point: GeoPoint;
  bedroomsMin: number;
  bathroomsMin: number;
  squareFeetMin: number;
  squareFeetMax: number;
  propertyTypes: Texts;
  mustHaves: Texts;
  niceToHaves: Texts;
  motivation: string;
  homeCondition: string;
  currentSituation: string;
}>;
export type CampaignInput = Optional<{
  name: string;
  utmSource: string;
  utmMedium: string;
  utmCampaign: string;
  utmTerm: string;
  utmContent: string;
}>;
export type LeadFieldsInput = Optional<{
  externalId: string;
  firstName: string;
  lastName: string;
  email: string;
  phone: string;
  source: LeadSource;
  campaign: CampaignInput;
  intent: Intent;
  preferences: PreferencesInput;
  timeZone: string;
}>;
export type CreateLeadInput = LeadFieldsInput & Optional<{ tags: Texts; agentId: string; onExisting: 'REJECT' | 'MERGE'; madeUp: boolean }>;
export type UpdateLeadInput = LeadFieldsInput & { readonly leadId: string };
export type RecordInteractionInput = { readonly leadId: string; readonly kind: InteractionKind } & Optional<{
  at: string;
  subject: string;
  text: string;
  channel: string;
  url: string;
  propertyId: string;
}>;
export type LeadIdInput = { readonly leadId: string };
export type ChangeStageInput = LeadIdInput & { readonly stage: Stage } & Optional<{ reason: string }>;
export type AssignLeadInput = LeadIdInput & Optional<{ agentId: string }>;
export type AddNoteInput = LeadIdInput & { readonly text: string };
export type TagInput = LeadIdInput & { readonly tag: string };
export type ScheduleFollowUpInput = LeadIdInput & { readonly title: string; readonly dueAt: string } & Optional<{ agentId: string }>;
export type CompleteFollowUpInput = LeadIdInput & { readonly taskId: string } & Optional<{ outcome: string }>;
export type ImportLeadsInput = Optional<{ leads: readonly CreateLeadInput[]; csv: string }>;
export type UpsertPropertyInput = {
  readonly externalId: string;
  readonly price: string;
  readonly bedrooms: number;
  readonly bathrooms: number;
  readonly squareFeet: number;
  readonly propertyType: string;
  readonly zip: string;
} & Optional<{
  status: PropertyStatus;
  lotSquareFeet: number;
  floors: number;
  condition: string;
  yearBuilt: number;
  address: string;
  city: string;
  neighbourhood: string;
  point: GeoPoint;
  features: Texts;
  listedAt: string;
}>;
export type WithdrawPropertyInput = { readonly propertyId: string } & Optional<{ reason: string }>;
export type UpsertAgentInput = { readonly name: string; readonly email: string } & Optional<{
  agentId: string;
  phone: string;
  role: Role;
  zips: Texts;
  priceMin: string;
  priceMax: string;
  capacity: number;
  available: boolean;
  timeZone: string;
}>;
