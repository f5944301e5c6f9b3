/** What was done by or towards a person, from a flat input: each kind has its own fields. */
import { isId } from '../../domain/ids.ts';
import type { Interaction } from '../../domain/lead/commands.ts';
import { normalizeInteraction } from '../../domain/lead/normalize-interaction.ts';
import { badInput } from '../errors.ts';
import { within } from '../within.ts';
import type { CommandScope } from './command.ts';
import { good } from './input-problems.ts';
import type { RecordInteractionInput } from './inputs.ts';

/** Throws ApiError (BAD_USER_INPUT). Of a property, the price of now is noted down with it, where it can be had. */
export async function interactionOf(input: RecordInteractionInput, scope: CommandScope): Promise<Interaction> {
  const interaction = good(normalizeInteraction(rawInteraction(input, scope.now), scope.now));
  return 'propertyId' in interaction ? { ...interaction, priceMinor: await priceOf(interaction.propertyId, scope) } : interaction;
}

function rawInteraction(input: RecordInteractionInput, now: string): Interaction {
  const at = input.at ?? now;
  switch (input.kind) {
    case 'EMAIL_SENT':
    case 'EMAIL_OPENED':
    case 'EMAIL_CLICKED':
      return { kind: input.kind, at, subject: input.subject ?? undefined };
    case 'MESSAGE_IN':
    case 'MESSAGE_OUT':
      if (input.text == null) throw badInput('input.text: a message needs its text', 'input.text');
      return { kind: input.kind, at, text: input.text, channel: input.channel ?? 'OTHER' };
    case 'PAGE_VIEW':
      return { kind: input.kind, at, url: input.url ?? undefined };
    default:
      if (input.propertyId == null || !isId('property', input.propertyId)) {
        throw badInput('input.propertyId: what was done with a property needs the id of one', 'input.propertyId');
      }
      return { kind: input.kind, at, propertyId: input.propertyId };
  }
}

async function priceOf(propertyId: string, { context }: CommandScope): Promise<number | undefined> {
  try {
    return (await within(context.shared.timing.lookupMs, Promise.resolve(context.loaders.property(propertyId))))?.priceMinor;
  } catch (error) {
    // The interaction counts without a price, too; the command must not fail because a view cannot be read.
    context.ports.logger.warn({ requestId: context.requestId, error: String(error) }, 'the price of a viewed property could not be read');
    return undefined;
  }
}
