import type { Decision, DecisionContext } from '../../decision.ts';
import { applied, invalid } from '../../decisions.ts';
import { LIMITS } from '../../limits.ts';
import { Problem } from '../../problem.ts';
import type { AddNote, AddTag, RemoveTag } from '../commands.ts';
import type { LeadEvent } from '../events.ts';
import type { Lead } from '../lead.ts';
import { normalizeNote, normalizeTag, sameTag } from '../normalize.ts';
import { partId } from './part-id.ts';

export function decideAddNote(command: AddNote, context: DecisionContext): Decision<LeadEvent> {
  const text = normalizeNote(command.text, 'text');
  return text instanceof Problem ? invalid(text) : applied<LeadEvent>({ type: 'NoteAdded', noteId: partId('note', context.commandId), text });
}

export function decideAddTag(command: AddTag, lead: Lead): Decision<LeadEvent> {
  const tag = normalizeTag(command.tag, 'tag');
  if (tag instanceof Problem) return invalid(tag);
  if (lead.tags.some((known) => sameTag(known, tag))) return applied();
  if (lead.tags.length >= LIMITS.tags) return invalid(new Problem('tag', `a lead has at most ${LIMITS.tags} tags`));
  return applied<LeadEvent>({ type: 'TagsChanged', added: [tag], removed: [] });
}

export function decideRemoveTag(command: RemoveTag, lead: Lead): Decision<LeadEvent> {
  const tag = normalizeTag(command.tag, 'tag');
  if (tag instanceof Problem) return invalid(tag);
  const removed = lead.tags.filter((known) => sameTag(known, tag));
  return removed.length === 0 ? applied() : applied<LeadEvent>({ type: 'TagsChanged', added: [], removed });
}
