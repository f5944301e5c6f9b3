/** Changing leads. */
import { commandMutation } from './command-mutation.ts';
import * as inputs from './lead-inputs.ts';

commandMutation('createLead', inputs.CreateLeadInput, 'A new lead.');
commandMutation('updateLead', inputs.UpdateLeadInput, 'Changes what is known of a lead.');
commandMutation('recordInteraction', inputs.RecordInteractionInput, 'Something that the person did, or that was done towards them.');
commandMutation('changeStage', inputs.ChangeStageInput, 'Moves the lead through the pipeline.');
commandMutation('assignLead', inputs.AssignLeadInput, 'Gives the lead to an agent, or takes it from one.');
commandMutation('addNote', inputs.AddNoteInput, 'Writes a note.');
commandMutation('addTag', inputs.TagInput, 'Adds a tag.');
commandMutation('removeTag', inputs.TagInput, 'Removes a tag.');
commandMutation('scheduleFollowUp', inputs.ScheduleFollowUpInput, 'A task with a due time.');
commandMutation('completeFollowUp', inputs.CompleteFollowUpInput, 'Ends a task.');
commandMutation('scoreLead', inputs.LeadIdInput, 'Asks for a new score; it comes by leadScoreChanged.');
commandMutation('matchProperties', inputs.LeadIdInput, 'Asks for new matches; they come by leadChanged.');
commandMutation('eraseLead', inputs.LeadIdInput, 'The right to be forgotten: everything personal becomes unreadable, for ever. Managers and admins only.');
