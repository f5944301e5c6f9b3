/** How lists of leads are asked for. */
import type { Source, Stage, Tier } from './lead-types.ts';

export const LEAD_ORDERS = ['SCORE_DESC', 'UPDATED_DESC', 'CREATED_DESC', 'DUE_ASC'] as const;
export type LeadOrder = (typeof LEAD_ORDERS)[number];

export interface LeadFilter {
  readonly tier?: Tier;
  readonly stage?: Stage;
  readonly source?: Source;
  readonly agentId?: string;
  readonly tag?: string;
  readonly minScore?: number;
  readonly overdue?: boolean;
  readonly text?: string;
}
