/** The public commands, by the names of their mutations. Queries need nothing of them: the schema loads this file with the first command that comes. */
import type { CommandReceipt } from '../../domain/messages.ts';
import type { RequestContext } from '../context.ts';
import { upsertAgent } from './agent-commands.ts';
import type { CommandDefinition, CommandOptions } from './command.ts';
import * as lead from './lead-commands.ts';
import { upsertProperty, withdrawProperty } from './property-commands.ts';
import { submitCommand } from './submit.ts';

const COMMANDS = { ...lead, upsertProperty, withdrawProperty, upsertAgent };

export type CommandName = keyof typeof COMMANDS;
export type InputOf<Name extends CommandName> = (typeof COMMANDS)[Name] extends CommandDefinition<infer Input> ? Input : never;

/** As submitCommand. */
export function takeCommand<Name extends CommandName>(
  context: RequestContext,
  name: Name,
  input: InputOf<Name>,
  options: CommandOptions,
): Promise<CommandReceipt> {
  return submitCommand(context, COMMANDS[name] as CommandDefinition<InputOf<Name>>, input, options);
}
