/** Changing leads. */
import { commandMutation } from './command-mutation.ts';
import * as inputs from './lead-inputs.ts';

commandMutation('createLead', inputs.CreateLeadInput, { description: 'A new lead.' });
commandMutation('updateLead', inputs.UpdateLeadInput, { description: 'Changes what is known of a lead.' });
commandMutation('recordInteraction', inputs.RecordInteractionInput, { description: 'Something that the person did, or that was done towards them.' });
commandMutation('changeStage', inputs.ChangeStageInput, { description: 'Moves the lead through the pipeline.' });
commandMutation('assignLead', inputs.AssignLeadInput, { description: 'Gives the lead to an agent, or takes it from one.' });
commandMutation('addNote', inputs.AddNoteInput, { description: 'Writes a note.' });
commandMutation('addTag', inputs.TagInput, { description: 'Adds a tag.' });
commandMutation('removeTag', inputs.TagInput, { description: 'Removes a tag.' });
commandMutation('scheduleFollowUp', inputs.ScheduleFollowUpInput, { description: 'A task with a due time.' });
commandMutation('completeFollowUp', inputs.CompleteFollowUpInput, { description: 'Ends a task.' });
commandMutation('scoreLead', inputs.LeadIdInput, { description: 'Asks for a new score; it comes by leadScoreChanged.' });
commandMutation('matchProperties', inputs.LeadIdInput, { description: 'Asks for new matches; they come by leadChanged.' });
commandMutation('eraseLead', inputs.LeadIdInput, {
  description: 'The right to be forgotten: everything personal becomes unreadable, for ever. Managers and admins only.',
});
