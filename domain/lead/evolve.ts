/** How facts make a lead: a fold that gives the same lead from the same events, live or replayed. */
import { isId, type LeadId } from '../ids.ts';
import { LIMITS } from '../limits.ts';
import type { RecordedEvent } from '../messages.ts';
import { unknownFact } from '../unknown-fact.ts';
import { alertsOfTheDay } from './alerts.ts';
import { patchedLead } from './change.ts';
import { emptyLead } from './defaults.ts';
import type { LeadErased, LeadEvent, LeadScored, StageChanged, TagsChanged } from './events.ts';
import { withInteraction } from './evolve/engagement.ts';
import { withAnswer, withTierMove } from './evolve/days.ts';
import { answered, awaiting, responseDue } from './evolve/response.ts';
import { taskCompleted, taskScheduled } from './evolve/tasks.ts';
import type { Lead } from './lead.ts';
import { sameTag } from './normalize.ts';
import { isClosed } from './stages.ts';

/** The lead after one more fact. Null: before its first. Throws a TypeError where the record belongs to no lead. */
export function evolveLead(lead: Lead | null, recorded: RecordedEvent<LeadEvent>): Lead {
  const before = lead ?? emptyLead(recorded.tenant, leadIdOf(recorded), recorded.at);
  return { ...next(before, recorded), version: recorded.version, updatedAt: recorded.at };
}

function leadIdOf({ streamId }: RecordedEvent): LeadId {
  if (!isId('lead', streamId)) throw new TypeError(`${streamId} is not the stream of a lead`);
  return streamId;
}

function next(lead: Lead, recorded: RecordedEvent<LeadEvent>): Lead {
  const { event, at } = recorded;
  switch (event.type) {
    case 'LeadCreated':
      return { ...patchedLead(lead, event.lead), tags: event.tags, madeUp: event.madeUp, ...(event.agentId ? { agentId: event.agentId } : {}) };
    case 'LeadUpdated':
      return patchedLead(lead, event.changes);
    case 'InteractionRecorded':
      return withInteraction(lead, event.interaction);
    case 'StageChanged':
      return withStage(lead, event, at);
    case 'LeadAssigned':
      return { ...lead, agentId: event.to ?? undefined };
    case 'NoteAdded':
      return { ...lead, notes: [...lead.notes, { id: event.noteId, text: event.text, byActor: recorded.actor.id, at }].slice(-LIMITS.notesKept) };
    case 'TagsChanged':
      return { ...lead, tags: withTags(lead.tags, event) };
    case 'FollowUpScheduled':
      return { ...lead, tasks: taskScheduled(lead.tasks, event) };
    case 'FollowUpCompleted':
      return { ...lead, tasks: taskCompleted(lead.tasks, event, at) };
    case 'LeadScored':
      return withScore(lead, event, at);
    case 'PropertiesMatched':
      return { ...lead, matches: event.matches };
    case 'AlertRaised':
      return { ...lead, alertTimes: [...alertsOfTheDay(lead.alertTimes, at), at] };
    case 'ScoringRequested':
    case 'MatchingRequested':
    case 'AutomationTriggered':
      return lead;
    case 'LeadErased':
      return erased(lead, event, at);
    case 'Redacted':
      // A stream of which even the beginning is unreadable was erased; it says when in its last event.
      return lead.version === 0 ? { ...lead, erasedAt: at } : lead;
    default:
      throw unknownFact(recorded.id, event satisfies never);
  }
}

/** The first step out of NEW is somebody's answer; a closed lead waits for nobody. */
function withStage(lead: Lead, { from, to }: StageChanged, at: string): Lead {
  const moved: Lead = { ...lead, stage: to, stageSince: at };
  if (isClosed(to)) return answered(moved, at);
  return from === 'NEW' ? answered(withAnswer(moved, at), at) : moved;
}

const withTags = (tags: readonly string[], { added, removed }: TagsChanged): readonly string[] => {
  const kept = tags.filter((tag) => !removed.some((gone) => sameTag(gone, tag)));
  return [...kept, ...added.filter((tag) => !kept.some((known) => sameTag(known, tag)))];
};

/** The clock of an answer starts with the first score, unless the person wrote before; a later score moves the due time, not the start. */
function withScore(lead: Lead, { score, previous, insight, basedOnVersion }: LeadScored, at: string): Lead {
  const moved = withTierMove(lead, lead.score?.tier, score.tier, at);
  const scored: Lead = { ...moved, score, previousScore: previous?.value, scoredVersion: basedOnVersion, insight };
  return scored.respondedAt === undefined ? responseDue(awaiting(scored, at)) : scored;
}

/**
 * What is left of a lead that was erased. It takes nothing from the lead but when it began, because after an erasure
 * the earlier facts cannot be read: a replay has to come to the same.
 */
const erased = (lead: Lead, { kept }: LeadErased, at: string): Lead => ({ ...emptyLead(lead.tenant, lead.id, lead.createdAt), ...kept, erasedAt: at });
