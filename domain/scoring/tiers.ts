/** The tier that a score comes to. A score that little is known behind has to be higher for the same tier (docs, "The domain"). */
import type { Tier } from './score.ts';

const LOW_CONFIDENCE = 0.5;

export function tierOf(value: number, confidence: number): Tier {
  const extra = confidence < LOW_CONFIDENCE ? 10 : 0;
  if (value >= 70 + extra) return 'HOT';
  return value >= 50 + extra ? 'WARM' : 'COLD';
}
