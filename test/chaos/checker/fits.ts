/** Whether an event says what its command asked for. */
import type { RecordedEvent } from '../../../domain/messages.ts';
import type { CommandType, SentCommand } from '../history.ts';
import { typeOf } from './effects.ts';

const TYPES: Readonly<Record<CommandType, readonly string[]>> = {
  CreateLead: ['LeadCreated'],
  UpdateLead: ['LeadUpdated'],
  AddNote: ['NoteAdded'],
  AddTag: ['TagsChanged'],
  RemoveTag: ['TagsChanged'],
  RecordInteraction: ['InteractionRecorded'],
  ChangeStage: ['StageChanged'],
  EraseLead: ['LeadErased'],
};

/** What is wrong with it; null where it fits, or cannot be read any more. */
export function misfit({ type, input }: SentCommand, recorded: RecordedEvent): unknown {
  if (!TYPES[type].includes(typeOf(recorded))) return { type: typeOf(recorded) };
  const { event } = recorded;
  switch (event.type) {
    case 'LeadCreated':
      return event.lead.email === input['email'] ? null : event.lead;
    case 'LeadUpdated':
      return event.changes.lastName === input['lastName'] ? null : event.changes;
    case 'NoteAdded':
      return event.text === input['text'] ? null : event.text;
    case 'TagsChanged':
      return (type === 'AddTag' ? event.added : event.removed).includes(String(input['tag'])) ? null : event;
    case 'StageChanged':
      return event.to === input['stage'] ? null : event.to;
    case 'InteractionRecorded':
      return event.interaction.kind === input['kind'] ? null : event.interaction;
    default:
      return null;
  }
}
