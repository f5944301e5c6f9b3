/** 1: an accepted command is applied, rejected or dead-lettered, and its receipt tells the truth of it. */
import type { Answer, CommandType, SentCommand } from '../history.ts';
import type { CheckContext, PromiseCheck } from './check.ts';
import type { Effect } from './effects.ts';
import type { DeadLetterEvidence, FinalReceipt } from './evidence.ts';

/** Where such a command was applied there is an event; the others may find that all is so already. */
const EVENT_OF: Readonly<Partial<Record<CommandType, string>>> = { CreateLead: 'LeadCreated', AddNote: 'NoteAdded', RecordInteraction: 'InteractionRecorded' };

export function nothingLost({ recorded, report, effects }: CheckContext): PromiseCheck {
  const judge = (command: SentCommand, first: Answer, receipt: FinalReceipt | null, effect: Effect | undefined, letters: ReadonlySet<string>): void => {
    const { commandId, leadId } = first;
    const ids = [command.key, commandId, leadId];
    const tell = (what: string, expected: unknown): void => report({ promise: 1, what, ids, expected, found: { receipt, events: effect?.versions ?? [] } });
    if (receipt === null || receipt.status === 'ACCEPTED')
      return tell('an accepted command has no outcome', 'a receipt that is APPLIED, VISIBLE, REJECTED or DEAD_LETTERED');
    const isApplied = receipt.status === 'APPLIED' || receipt.status === 'VISIBLE';
    const wanted = EVENT_OF[command.type];
    if (isApplied && wanted !== undefined && effect?.types.includes(wanted) !== true) tell('a command is said to be applied and has no event', wanted);
    if (!isApplied && effect !== undefined) tell(`a command is said to be ${receipt.status} and has events`, 'no event');
    if (receipt.status === 'DEAD_LETTERED' && !letters.has(commandId)) tell('a command is said to be dead-lettered and is not in the dead letters', 'a letter');
  };
  return {
    finish({ receipts, deadLetters }) {
      const letters = commandsIn(deadLetters);
      for (const command of recorded.commands.values()) {
        const [first] = command.answers;
        if (first === undefined) continue;
        judge(command, first, receipts.get(first.commandId) ?? null, effects.get(first.commandId), letters);
      }
    },
  };
}

/** By what the letter says, or else by what the record in it says. */
function commandsIn(letters: readonly DeadLetterEvidence[]): Set<string> {
  const ids = letters.flatMap(({ commandId, value }) => commandId ?? /"id":"(cmd_[A-Za-z0-9-]+)"/.exec(value ?? '')?.[1] ?? []);
  return new Set(ids);
}
