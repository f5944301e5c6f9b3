/** The mutations that the clients send. */
import type { CommandType } from '../history.ts';

const RECEIPT = 'id status leadId version';

const mutation = (field: string, inputType: string): string =>
  `mutation ($input: ${inputType}!, $key: String, $wait: WaitFor, $expected: Int) {
    receipt: ${field}(input: $input, idempotencyKey: $key, wait: $wait, expectedVersion: $expected) { ${RECEIPT} token }
  }`;

export const MUTATIONS: Readonly<Record<CommandType, string>> = {
  CreateLead: mutation('createLead', 'CreateLeadInput'),
  UpdateLead: mutation('updateLead', 'UpdateLeadInput'),
  AddNote: mutation('addNote', 'AddNoteInput'),
  AddTag: mutation('addTag', 'TagInput'),
  RemoveTag: mutation('removeTag', 'TagInput'),
  RecordInteraction: mutation('recordInteraction', 'RecordInteractionInput'),
  ChangeStage: mutation('changeStage', 'ChangeStageInput'),
  EraseLead: mutation('eraseLead', 'LeadIdInput'),
};

export const IMPORT_LEADS = `mutation ($input: ImportLeadsInput!, $key: String) {
  report: importLeads(input: $input, idempotencyKey: $key) { accepted receipts(first: 100) { ${RECEIPT} } }
}`;

export interface ReceiptAnswer {
  readonly id: string;
  readonly status: 'ACCEPTED' | 'APPLIED' | 'VISIBLE' | 'REJECTED' | 'DEAD_LETTERED';
  readonly leadId: string;
  readonly version: number | null;
  readonly token?: string | null;
}
