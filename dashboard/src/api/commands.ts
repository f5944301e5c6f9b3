/** Sends commands, and tells what becomes of them. */
import type { Client } from 'urql';
import { codeOf, sentenceOf } from './client.ts';
import { COMMAND_UPDATED, type CommandDocument, type CommandVariables } from './documents.ts';
import { isFinal, type Receipt } from './receipt-types.ts';

/** The command was not taken; `field` is the form's field where it is about one. */
export class CommandProblem extends Error {
  override readonly name = 'CommandProblem';
  readonly code: string | null;
  readonly field: string | null;
  constructor(message: string, code: string | null, field: string | null) {
    super(message);
    this.code = code;
    this.field = field;
  }
}

const AGAIN_MS = 1_000;

/** `input.preferences.budgetMax` -> `preferences.budgetMax`. */
export const formField = (path: unknown): string | null => (typeof path === 'string' ? path.replace(/^input\.?/, '') : null);

/** Resolves with the receipt once the command is safely in the log. Throws CommandProblem. */
export async function sendCommand(client: Client, document: CommandDocument, variables: CommandVariables): Promise<Receipt> {
  const { data, error } = await client.mutation(document, variables).toPromise();
  const receipt = data && Object.values(data).find((one) => typeof one === 'object');
  if (receipt) return receipt;
  if (!error) throw new CommandProblem('The server gave no answer.', null, null);
  throw new CommandProblem(sentenceOf(error), codeOf(error), formField(error.graphQLErrors[0]?.extensions['field']));
}

/** Tells each new state of the receipt until nothing more can come. Answers how to stop. */
export function followReceipt(client: Client, receipt: Receipt, onReceipt: (receipt: Receipt) => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let running: { unsubscribe(): void } | undefined;
  // It begins with the receipt as it is: after a lost connection nothing is missed.
  const start = (): void => {
    running = client.subscription(COMMAND_UPDATED, { id: receipt.id }).subscribe(({ data, error }) => {
      if (data && !error) onReceipt(data.commandUpdated);
      else timer = setTimeout(start, AGAIN_MS);
    });
  };
  if (!isFinal(receipt)) start();
  return () => {
    clearTimeout(timer);
    running?.unsubscribe();
  };
}
