/** The timeline of a lead, a property or an agent: its facts, as a person reads them. */
import type { DomainEvent, RecordedEvent } from '../messages.ts';
import { interactionSummary } from './interaction-summary.ts';

export interface TimelineEntry {
  readonly version: number;
  readonly type: DomainEvent['type'];
  /** When it was recorded; an interaction's own time is in its details. */
  readonly at: string;
  readonly actorId: string;
  readonly summary: string;
  /** What the fact holds beside its type; JSON. */
  readonly details: Readonly<Record<string, unknown>>;
}

export function timelineEntry({ event, version, at, actor }: RecordedEvent): TimelineEntry {
  const { type, ...details } = event;
  return { version, type, at, actorId: actor.id, summary: summaryOf(event), details };
}

function summaryOf(event: DomainEvent): string {
  switch (event.type) {
    case 'LeadCreated':
      return 'The lead came in.';
    case 'LeadUpdated':
      return `Changed: ${fieldNames(event.changes).join(', ')}.`;
    case 'InteractionRecorded':
      return interactionSummary(event.interaction);
    case 'StageChanged':
      return `Stage: ${words(event.from)} → ${words(event.to)}${event.reason === undefined ? '' : ` (${event.reason})`}.`;
    case 'LeadAssigned':
      return event.to === null ? 'Taken from its agent.' : `Assigned to ${event.to}.`;
    case 'NoteAdded':
      return 'A note was added.';
    case 'TagsChanged':
      return tagsSummary(event.added, event.removed);
    case 'FollowUpScheduled':
      return `Follow-up planned: ${event.title}.`;
    case 'FollowUpCompleted':
      return event.outcome === undefined ? 'A follow-up was done.' : `A follow-up was done: ${event.outcome}`;
    case 'ScoringRequested':
      return 'A new score was asked for.';
    case 'LeadScored':
      return scoreSummary(event);
    case 'MatchingRequested':
      return 'New matches were asked for.';
    case 'PropertiesMatched':
      return event.matches.length === 1 ? '1 home matches.' : `${event.matches.length} homes match.`;
    case 'AlertRaised':
      return event.message;
    case 'AutomationTriggered':
      return `Automation "${event.rule}": ${event.actions.join(', ')}.`;
    case 'LeadErased':
      return 'The person was forgotten.';
    case 'Redacted':
      return 'What stood here was erased.';
    case 'PropertyListed':
      return 'Listed.';
    case 'PropertyChanged':
      return `Listing changed: ${event.changed.map(words).join(', ')}.`;
    case 'PropertyWithdrawn':
      return event.reason === undefined ? 'Withdrawn.' : `Withdrawn: ${event.reason}`;
    case 'AgentUpserted':
      return `Agent ${event.details.name}: details set.`;
    default:
      return unknownSummary(event);
  }
}

/** A fact that a newer program wrote still has its place in the timeline. */
const unknownSummary = (event: never): string => words(String((event as { readonly type?: unknown }).type));

function scoreSummary({ score, previous }: Extract<DomainEvent, { type: 'LeadScored' }>): string {
  const from = previous === null ? '' : `${previous.value} → `;
  return `Score: ${from}${score.value} (${score.tier}, ${SOURCES[score.source]}).`;
}
const SOURCES = { AI: 'by the AI', RULES: 'by the rules', STALE: 'an earlier AI score' } as const;

function tagsSummary(added: readonly string[], removed: readonly string[]): string {
  const parts = [...(added.length > 0 ? [`added ${added.join(', ')}`] : []), ...(removed.length > 0 ? [`removed ${removed.join(', ')}`] : [])];
  return `Tags: ${parts.join('; ')}.`;
}

/** `budgetMaxMinor` reads as "budget max", UNDER_CONTRACT as "under contract". */
const words = (name: string): string =>
  (name === name.toUpperCase() ? name : name.replace(/Minor$/, '').replace(/[A-Z]/g, (letter) => ` ${letter}`)).replaceAll('_', ' ').trim().toLowerCase();

const NESTED = new Set(['preferences', 'campaign']);
const fieldNames = (changes: object): string[] =>
  Object.entries(changes).flatMap(([key, value]) => (NESTED.has(key) && typeof value === 'object' ? Object.keys(value ?? {}).map(words) : [words(key)]));
