/** What a command on a lead comes to. Pure: the same command, lead and context give the same decision. */
import type { Decision, DecisionContext } from '../decision.ts';
import { applied, notFound, rejected, versionConflict } from '../decisions.ts';
import type { CreateLead, LeadCommand } from './commands.ts';
import { decideAssign, decideChangeStage } from './decide/agent-and-stage.ts';
import { decideAutomation } from './decide/automation.ts';
import { decideCreate } from './decide/create.ts';
import { decideErase } from './decide/erase.ts';
import { decideCompleteFollowUp, decideScheduleFollowUp } from './decide/follow-ups.ts';
import { decideInteraction } from './decide/interaction.ts';
import { decideMatchProperties, decideRecordMatches } from './decide/matches.ts';
import { decideAddNote, decideAddTag, decideRemoveTag } from './decide/notes-and-tags.ts';
import { decideRecordScore, decideScoreLead } from './decide/score.ts';
import { decideUpdate } from './decide/update.ts';
import type { LeadEvent } from './events.ts';
import type { Lead } from './lead.ts';

/** Answers the facts to record, or why not. Commands on a lead that was erased find nothing, except to erase it again. */
export function decideLead(command: LeadCommand, lead: Lead | null, context: DecisionContext): Decision<LeadEvent> {
  if (lead?.erasedAt !== undefined) {
    return command.type === 'EraseLead' ? applied() : rejected('NOT_FOUND', `${lead.id} was erased`);
  }
  if (lead === null && command.type !== 'CreateLead') return notFound(command.leadId);
  const conflict = versionConflict(context, command.leadId, lead?.version ?? 0);
  if (conflict) return conflict;
  if (command.type === 'CreateLead') return decideCreate(command, lead, context);
  return lead === null ? notFound(command.leadId) : decideExisting(command, lead, context);
}

function decideExisting(command: Exclude<LeadCommand, CreateLead>, lead: Lead, context: DecisionContext): Decision<LeadEvent> {
  switch (command.type) {
    case 'UpdateLead':
      return decideUpdate(command, lead, context);
    case 'RecordInteraction':
      return decideInteraction(command, context);
    case 'ChangeStage':
      return decideChangeStage(command, lead);
    case 'AssignLead':
      return decideAssign(command, lead);
    case 'AddNote':
      return decideAddNote(command, context);
    case 'AddTag':
      return decideAddTag(command, lead);
    case 'RemoveTag':
      return decideRemoveTag(command, lead);
    case 'ScheduleFollowUp':
      return decideScheduleFollowUp(command, lead, context);
    case 'CompleteFollowUp':
      return decideCompleteFollowUp(command, lead);
    case 'ScoreLead':
      return decideScoreLead();
    case 'RecordScore':
      return decideRecordScore(command, lead);
    case 'MatchProperties':
      return decideMatchProperties();
    case 'RecordMatches':
      return decideRecordMatches(command, lead, context);
    case 'RecordAutomation':
      return decideAutomation(command);
    case 'EraseLead':
      return decideErase(lead);
    default:
      return unknownCommand(command);
  }
}

/** Commands come from a log; a type that is not known is the sender's mistake. */
const unknownCommand = (command: never): Decision<LeadEvent> =>
  rejected('BAD_USER_INPUT', `${String((command as { readonly type?: unknown }).type)} is no command`, 'type');
