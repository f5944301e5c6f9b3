/** Checks what is told of an interaction, and brings it into our form. */
import { id, line, number, oneOf, text, time } from '../checks.ts';
import { LIMITS } from '../limits.ts';
import { Problem } from '../problem.ts';
import { MINUTE_MS, plusMs } from '../time.ts';
import { INTERACTION_KINDS, type Interaction } from './commands.ts';

/** Clocks of phones and mail servers differ; what is further ahead than this did not happen. */
const AHEAD_MAX_MS = 5 * MINUTE_MS;

/** The interaction in our form, or the first problem with it. `now` is when the command was issued. */
export function normalizeInteraction(interaction: Interaction, now: string): Interaction | Problem {
  if (typeof interaction !== 'object' || interaction === null) return new Problem('interaction', 'must be an object');
  const kind = oneOf(INTERACTION_KINDS)(interaction.kind, 'interaction.kind');
  if (kind instanceof Problem) return kind;
  const at = time(interaction.at, 'interaction.at');
  if (at instanceof Problem) return at;
  if (at > plusMs(now, AHEAD_MAX_MS)) return new Problem('interaction.at', 'is in the future');
  return detailed({ ...interaction, at });
}

function detailed(interaction: Interaction): Interaction | Problem {
  const { at } = interaction;
  switch (interaction.kind) {
    case 'EMAIL_SENT':
    case 'EMAIL_OPENED':
    case 'EMAIL_CLICKED':
      return withText({ kind: interaction.kind, at }, 'subject', interaction.subject, LIMITS.subjectLength);
    case 'PAGE_VIEW':
      return withText({ kind: interaction.kind, at }, 'url', interaction.url, LIMITS.urlLength);
    case 'MESSAGE_IN':
    case 'MESSAGE_OUT':
      return message(interaction);
    default:
      return aboutProperty(interaction);
  }
}

function withText<T extends Interaction>(base: T, key: string, value: string | undefined, lengthMax: number): T | Problem {
  if (value === undefined) return base;
  const checked = text(lengthMax)(value, `interaction.${key}`);
  return checked instanceof Problem ? checked : { ...base, [key]: checked };
}

/** A message may have no text (a picture); its channel is always told. */
function message(interaction: Extract<Interaction, { text: string }>): Interaction | Problem {
  const words = text(LIMITS.messageLength)(interaction.text, 'interaction.text');
  if (words instanceof Problem) return words;
  const channel = line(LIMITS.channelLength)(interaction.channel, 'interaction.channel');
  return channel instanceof Problem ? channel : { kind: interaction.kind, at: interaction.at, text: words, channel };
}

function aboutProperty(interaction: Extract<Interaction, { propertyId: unknown }>): Interaction | Problem {
  const { kind, at, priceMinor } = interaction;
  const propertyId = id('property')(interaction.propertyId, 'interaction.propertyId');
  if (propertyId instanceof Problem) return propertyId;
  if (priceMinor === undefined) return { kind, at, propertyId };
  const price = number(0, LIMITS.moneyMinor)(priceMinor, 'interaction.priceMinor');
  return price instanceof Problem ? price : { kind, at, propertyId, priceMinor: price };
}
