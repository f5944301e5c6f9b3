import { id } from '../../checks.ts';
import type { Decision, DecisionContext } from '../../decision.ts';
import { applied, invalid, rejected } from '../../decisions.ts';
import { tenantId } from '../../ids.ts';
import { Problem } from '../../problem.ts';
import { isReachable, patchedLead } from '../change.ts';
import type { CreateLead, LeadPatch } from '../commands.ts';
import { emptyLead } from '../defaults.ts';
import type { LeadEvent } from '../events.ts';
import type { Lead } from '../lead.ts';
import { normalizePatch, preferencesProblem } from '../normalize-patch.ts';
import { normalizeTags, sameTag } from '../normalize.ts';
import { emailTaken } from './email-taken.ts';
import { partId } from './part-id.ts';
import { updateEvents } from './update.ts';

/** Stands in while the rules look at a lead that is not there yet; it is never recorded. */
const ANY_TENANT = tenantId('new');

/** A new lead; or, where it is there and the caller says so, what the caller knows of it is put in. */
export function decideCreate(command: CreateLead, lead: Lead | null, context: DecisionContext): Decision<LeadEvent> {
  if (lead !== null && command.onExisting !== 'MERGE') return rejected('CONFLICT', `${lead.id} is there already`);
  const patch = normalizePatch(command.lead);
  if (patch instanceof Problem) return invalid(patch);
  const tags = normalizeTags(command.tags ?? [], 'tags');
  if (tags instanceof Problem) return invalid(tags);
  const agentId = command.agentId === undefined ? undefined : id('agent')(command.agentId, 'agentId');
  if (agentId instanceof Problem) return invalid(agentId);
  const { own, notes } = withoutSharedEmail(command, patch, lead, context);
  const decision = lead === null ? createdOf(command, own, tags, context) : mergedInto(lead, { ...command, lead: own, tags }, context);
  return decision.outcome === 'REJECTED' ? decision : applied(...decision.events, ...notes);
}

/**
 * A CRM knows couples that share one email. Where it tells of the second one, that person is taken in all the same: without the email, which
 * stays the first one's, and with a note for whoever works the lead. Who can be reached by nothing else stays a conflict.
 */
function withoutSharedEmail(command: CreateLead, patch: LeadPatch, lead: Lead | null, context: DecisionContext): { own: LeadPatch; notes: LeadEvent[] } {
  const { email, ...own } = patch;
  const isShared = command.onExisting === 'MERGE' && emailTaken(patch, command.leadId, context) !== null;
  if (!isShared || (lead === null && !isReachable(patchedLead(emptyLead(ANY_TENANT, command.leadId, context.at), own)))) return { own: patch, notes: [] };
  const text = `The email ${email} belongs to ${context.emailOwner}, too; it was left out here.`;
  const isKnown = lead?.notes.some((note) => note.text === text) ?? false;
  return { own, notes: isKnown ? [] : [{ type: 'NoteAdded', noteId: partId('note', context.commandId), text }] };
}

function createdOf(command: CreateLead, patch: LeadPatch, tags: readonly string[], context: DecisionContext): Decision<LeadEvent> {
  const made = patchedLead(emptyLead(ANY_TENANT, command.leadId, context.at), patch);
  if (!isReachable(made)) return invalid(new Problem('name', 'a lead needs a name, an email, a phone or an external id'));
  const unfit = preferencesProblem(made.preferences);
  if (unfit) return invalid(unfit);
  const taken = emailTaken(patch, command.leadId, context);
  if (taken) return taken;
  const agent = command.agentId === undefined ? {} : { agentId: command.agentId };
  return applied<LeadEvent>({ type: 'LeadCreated', lead: told(patch), tags, ...agent, madeUp: command.madeUp === true });
}

/** A new lead has nothing that null could clear. */
const told = (patch: LeadPatch): LeadPatch => withoutNulls({ ...patch, ...nested('campaign', patch.campaign), ...nested('preferences', patch.preferences) });
const nested = (key: 'campaign' | 'preferences', value: object | undefined): LeadPatch => (value === undefined ? {} : { [key]: withoutNulls(value) });
const withoutNulls = <T extends object>(value: T): T => Object.fromEntries(Object.entries(value).filter(([, v]) => v !== null)) as T;

function mergedInto(lead: Lead, command: CreateLead & { readonly tags: readonly string[] }, context: DecisionContext): Decision<LeadEvent> {
  const updated = updateEvents(lead, command.lead, context);
  if (updated.outcome === 'REJECTED') return updated;
  const added = command.tags.filter((tag) => !lead.tags.some((known) => sameTag(known, tag)));
  const all = normalizeTags([...lead.tags, ...added], 'tags');
  if (all instanceof Problem) return invalid(all);
  const tagged: LeadEvent[] = added.length === 0 ? [] : [{ type: 'TagsChanged', added, removed: [] }];
  const { agentId } = command;
  const assigned: LeadEvent[] = agentId === undefined || lead.agentId !== undefined ? [] : [{ type: 'LeadAssigned', from: null, to: agentId }];
  return applied(...updated.events, ...tagged, ...assigned);
}
