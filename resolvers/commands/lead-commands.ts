/** The public commands on a lead: how each input becomes a command. */
import { id, line, orNull, text } from '../../domain/checks.ts';
import type { LeadId } from '../../domain/ids.ts';
import { decideLead } from '../../domain/lead/decide.ts';
import { normalizeNote, normalizeTag } from '../../domain/lead/normalize.ts';
import type { CreateLead, LeadCommand } from '../../domain/lead/commands.ts';
import { LIMITS } from '../../domain/limits.ts';
import { badInput } from '../errors.ts';
import { decisionContext, type CommandDefinition, type CommandScope, type PreparedCommand } from './command.ts';
import { checkAsNew, good } from './input-problems.ts';
import type * as inputs from './inputs.ts';
import { interactionOf } from './interaction.ts';
import { leadPatchOf } from './lead-patch.ts';
import { leadIdOfCommand } from '../../domain/stream-ids.ts';

/** A definition for commands on a lead that is there. */
function onLead<Input extends { readonly leadId: string }>(
  type: LeadCommand['type'],
  commandOf: (input: Input, leadId: LeadId, scope: CommandScope) => LeadCommand | Promise<LeadCommand>,
  restricted = false,
): CommandDefinition<Input> {
  const prepare = async (input: Input, scope: CommandScope): Promise<PreparedCommand> => {
    const leadId = good(id('lead')(input.leadId, 'leadId'));
    return { streamId: leadId, command: await commandOf(input, leadId, scope) };
  };
  return { type, restricted, prepare };
}

export const createLead: CommandDefinition<inputs.CreateLeadInput> = {
  type: 'CreateLead',
  restricted: false,
  prepare: (input, scope) => {
    const leadId = leadIdOfCommand(scope.commandId);
    const command: CreateLead = {
      type: 'CreateLead',
      leadId,
      lead: leadPatchOf(input),
      tags: input.tags ?? [],
      agentId: input.agentId == null ? undefined : good(id('agent')(input.agentId, 'agentId')),
      madeUp: input.madeUp ?? false,
      onExisting: input.onExisting ?? 'REJECT',
    };
    checkAsNew(decideLead(command, null, decisionContext(scope)));
    return { streamId: leadId, command };
  },
};

export const updateLead = onLead<inputs.UpdateLeadInput>('UpdateLead', (input, leadId) => {
  const changes = leadPatchOf(input);
  if (Object.keys(changes).length === 0) throw badInput('input names nothing to change', 'input');
  return { type: 'UpdateLead', leadId, changes };
});

export const recordInteraction = onLead<inputs.RecordInteractionInput>('RecordInteraction', async (input, leadId, scope) => ({
  type: 'RecordInteraction',
  leadId,
  interaction: await interactionOf(input, scope),
}));

const optionalText = (value: string | null | undefined, field: string, lengthMax: number): string | undefined =>
  good(orNull(text(lengthMax))(value ?? null, field)) ?? undefined;

export const changeStage = onLead<inputs.ChangeStageInput>('ChangeStage', (input, leadId) => ({
  type: 'ChangeStage',
  leadId,
  stage: input.stage,
  reason: optionalText(input.reason, 'reason', LIMITS.reasonLength),
}));

export const assignLead = onLead<inputs.AssignLeadInput>('AssignLead', (input, leadId) => ({
  type: 'AssignLead',
  leadId,
  agentId: input.agentId == null ? null : good(id('agent')(input.agentId, 'agentId')),
}));

export const addNote = onLead<inputs.AddNoteInput>('AddNote', (input, leadId) => ({ type: 'AddNote', leadId, text: good(normalizeNote(input.text, 'text')) }));
export const addTag = onLead<inputs.TagInput>('AddTag', (input, leadId) => ({ type: 'AddTag', leadId, tag: good(normalizeTag(input.tag, 'tag')) }));
export const removeTag = onLead<inputs.TagInput>('RemoveTag', (input, leadId) => ({ type: 'RemoveTag', leadId, tag: good(normalizeTag(input.tag, 'tag')) }));

export const scheduleFollowUp = onLead<inputs.ScheduleFollowUpInput>('ScheduleFollowUp', (input, leadId) => ({
  type: 'ScheduleFollowUp',
  leadId,
  title: good(line(LIMITS.titleLength)(input.title, 'title')),
  dueAt: input.dueAt,
  agentId: input.agentId == null ? undefined : good(id('agent')(input.agentId, 'agentId')),
}));

export const completeFollowUp = onLead<inputs.CompleteFollowUpInput>('CompleteFollowUp', (input, leadId) => ({
  type: 'CompleteFollowUp',
  leadId,
  taskId: good(line(LIMITS.externalIdLength)(input.taskId, 'taskId')),
  outcome: optionalText(input.outcome, 'outcome', LIMITS.reasonLength),
}));

export const scoreLead = onLead<inputs.LeadIdInput>('ScoreLead', (_input, leadId) => ({ type: 'ScoreLead', leadId }));
export const matchProperties = onLead<inputs.LeadIdInput>('MatchProperties', (_input, leadId) => ({ type: 'MatchProperties', leadId }));
export const eraseLead = onLead<inputs.LeadIdInput>('EraseLead', (_input, leadId) => ({ type: 'EraseLead', leadId }), true);
