/** What the board's ranges and figures are called; apart from what they mean, which few who start need. */
export const BOARD_RANGES = ['TODAY', 'DAYS_7', 'DAYS_30', 'DAYS_90'] as const;
export type BoardRange = (typeof BOARD_RANGES)[number];

/** What of the board is told while it moves. */
export const BOARD_FIGURES = [
  'HOT',
  'WARM',
  'COLD',
  'LEADS',
  'PIPELINE_MINOR',
  'NEW_TODAY',
  'ANSWERS_TODAY',
  'ANSWERS_IN_TIME_TODAY',
  'WON_TODAY',
  'LOST_TODAY',
] as const;
export type BoardFigure = (typeof BOARD_FIGURES)[number];
