import type { Interaction, InteractionKind } from '../lead/commands.ts';

const SUMMARIES: Readonly<Record<InteractionKind, string>> = {
  EMAIL_SENT: 'An email was sent',
  EMAIL_OPENED: 'They opened an email',
  EMAIL_CLICKED: 'They clicked in an email',
  MESSAGE_IN: 'They wrote',
  MESSAGE_OUT: 'A message was sent',
  PAGE_VIEW: 'They viewed a page',
  PROPERTY_VIEWED: 'They viewed a home',
  PROPERTY_SAVED: 'They saved a home',
  PROPERTY_PASSED: 'They passed on a home',
  PROPERTY_INQUIRED: 'They asked about a home',
  PROPERTY_TOURED: 'They toured a home',
  PROPERTY_OFFERED: 'They made an offer',
};
const EXCERPT_LENGTH = 120;

/** A sentence on what the person did, or what was done towards them. */
export function interactionSummary(interaction: Interaction): string {
  const detail = detailOf(interaction);
  return detail === '' ? `${SUMMARIES[interaction.kind]}.` : `${SUMMARIES[interaction.kind]}: ${excerpt(detail)}`;
}

function detailOf(interaction: Interaction): string {
  if ('text' in interaction) return interaction.text;
  if ('subject' in interaction) return interaction.subject ?? '';
  if ('url' in interaction) return interaction.url ?? '';
  return 'propertyId' in interaction ? interaction.propertyId : '';
}

/** Cut between characters, never inside a surrogate pair. */
const excerpt = (text: string): string => (text.length <= EXCERPT_LENGTH ? text : `${text.slice(0, EXCERPT_LENGTH).replace(/[\uD800-\uDBFF]$/, '')}…`);
