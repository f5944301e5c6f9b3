/** The executive board, as schema/operations/board.graphql asks for it. */
import type { Connection, LeadCard, Tier } from './lead-types.ts';

export const BOARD_RANGES = ['TODAY', 'DAYS_7', 'DAYS_30', 'DAYS_90'] as const;
export type BoardRange = (typeof BOARD_RANGES)[number];

export interface BoardDay {
  readonly day: string;
  readonly newLeads: number;
  readonly hot: number;
  readonly warm: number;
  readonly cold: number;
  readonly answers: number;
  readonly answersInTime: number;
  readonly won: number;
  readonly lost: number;
}
export interface BoardFigures {
  readonly range: BoardRange;
  readonly from: string;
  readonly to: string;
  readonly leads: number;
  readonly tiers: readonly { readonly tier: Tier; readonly count: number; readonly change: number }[];
  /** Decimal text. */
  readonly pipelineValue: string;
  readonly newLeads: number;
  readonly answers: number;
  readonly answersInTime: number;
  readonly meanAnswerMinutes: number | null;
  readonly won: number;
  readonly lost: number;
  readonly conversion: number | null;
  readonly days: readonly BoardDay[];
}
export interface BoardAnswer {
  readonly board: BoardFigures;
  /** The HOT leads that came in last. */
  readonly leads: Connection<LeadCard>;
}
export interface BoardNews {
  readonly cursor: string;
  readonly board: BoardFigures;
}
