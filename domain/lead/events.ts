/** Facts about a lead. Past tense; never changed. `at` of a fact is that of its record, unless it says otherwise. */
import type { AgentId, PropertyId } from '../ids.ts';
import type { Insight, LeadScore, Tier } from '../scoring/score.ts';
import type { PropertyMatch } from '../matching/property-match.ts';
import type { Interaction, LeadPatch } from './commands.ts';
import type { Lead, Stage } from './lead.ts';

export interface LeadCreated {
  readonly type: 'LeadCreated';
  readonly lead: LeadPatch;
  readonly tags: readonly string[];
  readonly agentId?: AgentId | undefined;
  readonly madeUp: boolean;
}
/** Holds only the fields that really changed. */
export interface LeadUpdated {
  readonly type: 'LeadUpdated';
  readonly changes: LeadPatch;
}
export interface InteractionRecorded {
  readonly type: 'InteractionRecorded';
  readonly interaction: Interaction;
}
export interface StageChanged {
  readonly type: 'StageChanged';
  readonly from: Stage;
  readonly to: Stage;
  readonly reason?: string | undefined;
}
export interface LeadAssigned {
  readonly type: 'LeadAssigned';
  readonly from: AgentId | null;
  readonly to: AgentId | null;
}
export interface NoteAdded {
  readonly type: 'NoteAdded';
  readonly noteId: string;
  readonly text: string;
}
export interface TagsChanged {
  readonly type: 'TagsChanged';
  readonly added: readonly string[];
  readonly removed: readonly string[];
}
export interface FollowUpScheduled {
  readonly type: 'FollowUpScheduled';
  readonly taskId: string;
  readonly title: string;
  readonly dueAt: string;
  readonly agentId?: AgentId | undefined;
}
export interface FollowUpCompleted {
  readonly type: 'FollowUpCompleted';
  readonly taskId: string;
  readonly outcome?: string | undefined;
}
export interface ScoringRequested {
  readonly type: 'ScoringRequested';
}
export interface LeadScored {
  readonly type: 'LeadScored';
  readonly score: LeadScore;
  readonly previous: { readonly value: number; readonly tier: Tier } | null;
  readonly tierChanged: boolean;
  readonly insight?: Insight | undefined;
  readonly basedOnVersion: number;
}
export interface MatchingRequested {
  readonly type: 'MatchingRequested';
}
export interface PropertiesMatched {
  readonly type: 'PropertiesMatched';
  readonly matches: readonly PropertyMatch[];
}
/** Somebody should look: a new match from 75 (PROPERTY_MATCH). */
export interface AlertRaised {
  readonly type: 'AlertRaised';
  readonly alert: 'PROPERTY_MATCH';
  readonly propertyId: PropertyId;
  readonly score: number;
  readonly message: string;
}
export interface AutomationTriggered {
  readonly type: 'AutomationTriggered';
  readonly rule: string;
  readonly actions: readonly string[];
}
export interface LeadErased {
  readonly type: 'LeadErased';
  /** What is nobody's personal data and stays for counting. Told here because every earlier fact of the stream becomes unreadable. */
  readonly kept?: Pick<Lead, 'stage' | 'stageSince' | 'source' | 'intent' | 'madeUp'> | undefined;
}
/** What is left of a fact whose personal data was made unreadable by an erasure. Never written, only read. */
export interface Redacted {
  readonly type: 'Redacted';
  /** The type of the fact that stood here. */
  readonly of: string;
}

export type LeadEvent =
  | LeadCreated
  | LeadUpdated
  | InteractionRecorded
  | StageChanged
  | LeadAssigned
  | NoteAdded
  | TagsChanged
  | FollowUpScheduled
  | FollowUpCompleted
  | ScoringRequested
  | LeadScored
  | MatchingRequested
  | PropertiesMatched
  | AlertRaised
  | AutomationTriggered
  | LeadErased
  | Redacted;
