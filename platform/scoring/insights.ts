/** The AI's word on a lead, for somebody who waits for it. */
import type { LeadId, TenantId } from '../../domain/ids.ts';
import type { Insight } from '../../domain/scoring/score.ts';

export interface Insights {
  /**
   * What the AI says of the lead now, which may take half a minute; null where it says nothing (there is none, its circuit is open, the lead is gone).
   * Rejects where `signal` aborts, and then nobody is asked any further; and where who asks the AI cannot be reached.
   */
  insight(tenant: TenantId, id: LeadId, signal: AbortSignal): Promise<Insight | null>;
}
