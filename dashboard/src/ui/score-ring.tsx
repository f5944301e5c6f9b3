import type { Tier } from '../api/lead-types.ts';
import { scoreWords } from './words.ts';

interface Props {
  readonly value: number | null;
  readonly tier: Tier | null;
  readonly size?: number;
}

const RADIUS = 15.9155; // A circumference of 100: a length is a percentage.

/** The score as a ring that fills up. */
export function ScoreRing({ value, tier, size = 44 }: Props) {
  const words = value === null ? '–' : size > 60 ? scoreWords(value) : String(Math.round(value));
  return (
    <span className={`ring tier-${(tier ?? 'none').toLowerCase()}`} style={{ width: size, height: size }}>
      <svg viewBox="0 0 36 36" aria-hidden="true">
        <circle className="ring-track" cx="18" cy="18" r={RADIUS} />
        <circle className="ring-value" cx="18" cy="18" r={RADIUS} strokeDasharray={`${value ?? 0} 100`} transform="rotate(-90 18 18)" />
      </svg>
      <span className="ring-number" style={{ fontSize: size * (size > 60 ? 0.27 : 0.31) }}>
        {words}
      </span>
    </span>
  );
}
