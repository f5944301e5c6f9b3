import type { Decision, DecisionContext } from '../../decision.ts';
import { applied, invalid } from '../../decisions.ts';
import { Problem } from '../../problem.ts';
import type { RecordInteraction } from '../commands.ts';
import type { LeadEvent } from '../events.ts';
import { normalizeInteraction } from '../normalize-interaction.ts';

export function decideInteraction(command: RecordInteraction, context: DecisionContext): Decision<LeadEvent> {
  const interaction = normalizeInteraction(command.interaction, context.at);
  return interaction instanceof Problem ? invalid(interaction) : applied<LeadEvent>({ type: 'InteractionRecorded', interaction });
}
