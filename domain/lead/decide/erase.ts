import type { Decision } from '../../decision.ts';
import { applied } from '../../decisions.ts';
import type { LeadEvent } from '../events.ts';
import type { Lead } from '../lead.ts';

export function decideErase({ stage, stageSince, source, intent, madeUp }: Lead): Decision<LeadEvent> {
  return applied<LeadEvent>({ type: 'LeadErased', kept: { stage, stageSince, source, intent, madeUp } });
}
