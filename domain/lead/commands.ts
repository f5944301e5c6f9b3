/**
 * Requests to change a lead. Imperative names; `type` tells them apart.
 * The ones marked internal are sent by workers only, never by a client.
 */
import type { AgentId, LeadId, PropertyId } from '../ids.ts';
import type { Insight, LeadScore } from '../scoring/score.ts';
import type { PropertyMatch } from '../matching/property-match.ts';
import type { Campaign, Intent, LeadSource, Preferences, Stage } from './lead.ts';

/** Null clears a value; undefined leaves it as it is. */
type Patch<T> = { readonly [K in keyof T]?: T[K] | null | undefined };

export interface LeadContactPatch {
  readonly externalId?: string | null | undefined;
  readonly firstName?: string | null | undefined;
  readonly lastName?: string | null | undefined;
  readonly email?: string | null | undefined;
  readonly phone?: string | null | undefined;
}

export interface LeadPatch extends LeadContactPatch {
  readonly source?: LeadSource | undefined;
  readonly campaign?: Patch<Campaign> | undefined;
  readonly intent?: Intent | undefined;
  readonly preferences?: Patch<Preferences> | undefined;
  readonly timeZone?: string | undefined;
}

export interface CreateLead {
  readonly type: 'CreateLead';
  readonly leadId: LeadId;
  readonly lead: LeadPatch;
  readonly tags?: readonly string[] | undefined;
  readonly agentId?: AgentId | undefined;
  readonly madeUp?: boolean | undefined;
  /** What to do where the lead is there already (a CRM tells of the same contact again). */
  readonly onExisting: 'REJECT' | 'MERGE';
}
export interface UpdateLead {
  readonly type: 'UpdateLead';
  readonly leadId: LeadId;
  readonly changes: LeadPatch;
}

/** What a person did, or what was done towards them. `at` is when it happened, ISO 8601. */
export type Interaction =
  | { readonly kind: 'EMAIL_SENT' | 'EMAIL_OPENED' | 'EMAIL_CLICKED'; readonly at: string; readonly subject?: string | undefined }
  | { readonly kind: 'MESSAGE_IN' | 'MESSAGE_OUT'; readonly at: string; readonly text: string; readonly channel: string }
  | { readonly kind: 'PAGE_VIEW'; readonly at: string; readonly url?: string | undefined }
  | {
      readonly kind: 'PROPERTY_VIEWED' | 'PROPERTY_SAVED' | 'PROPERTY_PASSED' | 'PROPERTY_INQUIRED' | 'PROPERTY_TOURED' | 'PROPERTY_OFFERED';
      readonly at: string;
      readonly propertyId: PropertyId;
      /** The property's price then (minor units), where it was known. */
      readonly priceMinor?: number | undefined;
    };
export type InteractionKind = Interaction['kind'];
export const INTERACTION_KINDS = [
  'EMAIL_SENT',
  'EMAIL_OPENED',
  'EMAIL_CLICKED',
  'MESSAGE_IN',
  'MESSAGE_OUT',
  'PAGE_VIEW',
  'PROPERTY_VIEWED',
  'PROPERTY_SAVED',
  'PROPERTY_PASSED',
  'PROPERTY_INQUIRED',
  'PROPERTY_TOURED',
  'PROPERTY_OFFERED',
] as const satisfies readonly InteractionKind[];

export interface RecordInteraction {
  readonly type: 'RecordInteraction';
  readonly leadId: LeadId;
  readonly interaction: Interaction;
}
export interface ChangeStage {
  readonly type: 'ChangeStage';
  readonly leadId: LeadId;
  readonly stage: Stage;
  readonly reason?: string | undefined;
}
export interface AssignLead {
  readonly type: 'AssignLead';
  readonly leadId: LeadId;
  /** Null takes the lead from its agent. */
  readonly agentId: AgentId | null;
}
export interface AddNote {
  readonly type: 'AddNote';
  readonly leadId: LeadId;
  readonly text: string;
}
export interface AddTag {
  readonly type: 'AddTag';
  readonly leadId: LeadId;
  readonly tag: string;
}
export interface RemoveTag {
  readonly type: 'RemoveTag';
  readonly leadId: LeadId;
  readonly tag: string;
}
export interface ScheduleFollowUp {
  readonly type: 'ScheduleFollowUp';
  readonly leadId: LeadId;
  readonly title: string;
  readonly dueAt: string;
  readonly agentId?: AgentId | undefined;
}
export interface CompleteFollowUp {
  readonly type: 'CompleteFollowUp';
  readonly leadId: LeadId;
  readonly taskId: string;
  readonly outcome?: string | undefined;
}
/** Asks for a new score; the scoring worker answers with RecordScore. */
export interface ScoreLead {
  readonly type: 'ScoreLead';
  readonly leadId: LeadId;
}
/** Internal: what the scoring worker found, computed from `basedOnVersion` of the lead. */
export interface RecordScore {
  readonly type: 'RecordScore';
  readonly leadId: LeadId;
  readonly score: LeadScore;
  readonly insight?: Insight | undefined;
  readonly basedOnVersion: number;
}
/** Asks for new matches; the matching worker answers with RecordMatches. */
export interface MatchProperties {
  readonly type: 'MatchProperties';
  readonly leadId: LeadId;
}
/** Internal: the best matches of a lead, best first. */
export interface RecordMatches {
  readonly type: 'RecordMatches';
  readonly leadId: LeadId;
  readonly matches: readonly PropertyMatch[];
  readonly basedOnVersion: number;
}
/** Internal: an automation rule did something for the lead. */
export interface RecordAutomation {
  readonly type: 'RecordAutomation';
  readonly leadId: LeadId;
  readonly rule: string;
  readonly actions: readonly string[];
}
/** The right to be forgotten. */
export interface EraseLead {
  readonly type: 'EraseLead';
  readonly leadId: LeadId;
}

export type LeadCommand =
  | CreateLead
  | UpdateLead
  | RecordInteraction
  | ChangeStage
  | AssignLead
  | AddNote
  | AddTag
  | RemoveTag
  | ScheduleFollowUp
  | CompleteFollowUp
  | ScoreLead
  | RecordScore
  | MatchProperties
  | RecordMatches
  | RecordAutomation
  | EraseLead;
