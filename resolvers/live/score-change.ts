/** Which way a score went. */
export const SCORE_DIRECTIONS = ['FIRST', 'UP', 'DOWN', 'SAME'] as const;
export type ScoreDirection = (typeof SCORE_DIRECTIONS)[number];

export function directionOf(previous: number | undefined, value: number): ScoreDirection {
  if (previous === undefined) return 'FIRST';
  if (value === previous) return 'SAME';
  return value > previous ? 'UP' : 'DOWN';
}
