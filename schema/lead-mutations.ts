/** Changing leads. */
import * as commands from '../resolvers/commands/lead-commands.ts';
import { commandMutation } from './command-mutation.ts';
import * as inputs from './lead-inputs.ts';

commandMutation('createLead', inputs.CreateLeadInput, commands.createLead, 'A new lead.');
commandMutation('updateLead', inputs.UpdateLeadInput, commands.updateLead, 'Changes what is known of a lead.');
commandMutation(
  'recordInteraction',
  inputs.RecordInteractionInput,
  commands.recordInteraction,
  'Something that the person did, or that was done towards them.',
);
commandMutation('changeStage', inputs.ChangeStageInput, commands.changeStage, 'Moves the lead through the pipeline.');
commandMutation('assignLead', inputs.AssignLeadInput, commands.assignLead, 'Gives the lead to an agent, or takes it from one.');
commandMutation('addNote', inputs.AddNoteInput, commands.addNote, 'Writes a note.');
commandMutation('addTag', inputs.TagInput, commands.addTag, 'Adds a tag.');
commandMutation('removeTag', inputs.TagInput, commands.removeTag, 'Removes a tag.');
commandMutation('scheduleFollowUp', inputs.ScheduleFollowUpInput, commands.scheduleFollowUp, 'A task with a due time.');
commandMutation('completeFollowUp', inputs.CompleteFollowUpInput, commands.completeFollowUp, 'Ends a task.');
commandMutation('scoreLead', inputs.LeadIdInput, commands.scoreLead, 'Asks for a new score; it comes by leadScoreChanged.');
commandMutation('matchProperties', inputs.LeadIdInput, commands.matchProperties, 'Asks for new matches; they come by leadChanged.');
commandMutation(
  'eraseLead',
  inputs.LeadIdInput,
  commands.eraseLead,
  'The right to be forgotten: everything personal becomes unreadable, for ever. Managers and admins only.',
);
