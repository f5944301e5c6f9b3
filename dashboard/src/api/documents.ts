/** Every operation that this page sends, with the types of what goes and comes. */
import type { BoardAnswer, BoardNews, BoardRange } from './board-types.ts';
import type { HubLead, Insight, TimelineEntry } from './hub-types.ts';
import type { LeadFilter, LeadOrder } from './lead-list.ts';
import type { Connection, LeadCard } from './lead-types.ts';
import { operation } from './operations.ts';
import type { AgentName, Health, Viewer } from './page-types.ts';
import type { Receipt } from './receipt-types.ts';

export const VIEWER = operation<{ viewer: Viewer }>('Viewer');
export const AGENTS = operation<{ agents: readonly AgentName[] }>('Agents');
export const HEALTH = operation<{ health: Health }>('Health');
export const SCOREBOARD = operation<{ leads: Connection<LeadCard> }, { filter: LeadFilter; orderBy: LeadOrder; first: number; after?: string | null }>(
  'Scoreboard',
);
/** Empty objects stand for what is not a lead. */
export const LEADS_BY_IDS = operation<{ nodes: readonly (LeadCard | { readonly id?: undefined } | null)[] }, { ids: readonly string[] }>('LeadsByIds');
export const LEAD_HUB = operation<{ lead: HubLead | null }, { id: string; atLeast?: string | null; matchesAfter?: string | null }>('LeadHub');
export const FRESH_INSIGHT = operation<{ lead: { readonly insight: Pick<Insight, 'source'> | null } | null }, { id: string }>('FreshInsight');
export const LEAD_TIMELINE = operation<{ lead: { timeline: Connection<TimelineEntry> } | null }, { id: string; after: string | null }>('LeadTimeline');
export const BOARD = operation<BoardAnswer, { range: BoardRange }>('Board');

export interface ScoreNews {
  readonly cursor: string;
  readonly previous: number | null;
  readonly score: number;
  readonly direction: 'FIRST' | 'UP' | 'DOWN' | 'SAME';
  readonly tierChanged: boolean;
  readonly at: string;
  readonly lead: LeadCard;
}
export interface ActivityNews {
  readonly cursor: string;
  readonly id: string;
  readonly version: number;
}
export interface LeadNews {
  readonly cursor: string;
  readonly version: number;
  readonly lead: LeadCard;
}
type After = { after?: string | null };
export const SCORE_CHANGED = operation<{ leadScoreChanged: ScoreNews }, After>('LeadScoreChanged');
export const ACTIVITY = operation<{ activity: ActivityNews }, After>('Activity');
export const LEAD_CHANGED = operation<{ leadChanged: LeadNews }, After & { id: string }>('LeadChanged');
export const BOARD_CHANGED = operation<{ boardChanged: BoardNews }, After & { range: BoardRange }>('BoardChanged');
export const COMMAND_UPDATED = operation<{ commandUpdated: Receipt }, { id: string }>('CommandUpdated');

/** What every mutation takes. */
export interface CommandVariables {
  readonly input: Readonly<Record<string, unknown>>;
  readonly idempotencyKey: string;
  readonly expectedVersion?: number;
}
const command = (name: string) => operation<Readonly<Record<string, Receipt>>, CommandVariables>(name);
export const CREATE_LEAD = command('CreateLead');
export const UPDATE_LEAD = command('UpdateLead');
export const CHANGE_STAGE = command('ChangeStage');
export const ASSIGN_LEAD = command('AssignLead');
export const ADD_NOTE = command('AddNote');
export const ADD_TAG = command('AddTag');
export const REMOVE_TAG = command('RemoveTag');
export const RECORD_INTERACTION = command('RecordInteraction');
export const SCHEDULE_FOLLOW_UP = command('ScheduleFollowUp');
export const COMPLETE_FOLLOW_UP = command('CompleteFollowUp');
export const SCORE_LEAD = command('ScoreLead');
export type CommandDocument = typeof CREATE_LEAD;
