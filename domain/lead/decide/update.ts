import type { Decision, DecisionContext } from '../../decision.ts';
import { applied, invalid } from '../../decisions.ts';
import { Problem } from '../../problem.ts';
import { isReachable, leadChanges, patchedLead } from '../change.ts';
import type { LeadPatch, UpdateLead } from '../commands.ts';
import type { LeadEvent } from '../events.ts';
import type { Lead } from '../lead.ts';
import { normalizePatch, preferencesProblem } from '../normalize-patch.ts';
import { emailTaken } from './email-taken.ts';

export function decideUpdate(command: UpdateLead, lead: Lead, context: DecisionContext): Decision<LeadEvent> {
  const patch = normalizePatch(command.changes);
  return patch instanceof Problem ? invalid(patch) : updateEvents(lead, patch, context);
}

/** What a patch in our form changes: one event with the fields that really do, or none. */
export function updateEvents(lead: Lead, patch: LeadPatch, context: DecisionContext): Decision<LeadEvent> {
  const changes = leadChanges(lead, patch);
  if (changes === null) return applied();
  const after = patchedLead(lead, changes);
  if (!isReachable(after)) return invalid(new Problem('name', 'a lead needs a name, an email, a phone or an external id'));
  const unfit = preferencesProblem(after.preferences);
  if (unfit) return invalid(unfit);
  return emailTaken(changes, lead.id, context) ?? applied<LeadEvent>({ type: 'LeadUpdated', changes });
}
