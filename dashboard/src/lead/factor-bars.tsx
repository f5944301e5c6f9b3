import type { CSSProperties } from 'react';
import type { Factor } from '../api/lead-types.ts';
import { factorWords, signed } from '../ui/words.ts';

/** Contributions to the score, to the right where they lift it and to the left where they lower it. */
export function FactorBars({ factors }: { readonly factors: readonly Factor[] }) {
  const sorted = factors.toSorted((a, b) => b.contribution - a.contribution);
  const most = Math.max(1, ...factors.map(({ contribution }) => Math.abs(contribution)));
  const hasNegative = factors.some(({ contribution }) => contribution < 0);
  return (
    <ul className={hasNegative ? 'bars bars-signed' : 'bars'} data-testid="factors">
      {sorted.map(({ name, contribution, explanation }) => (
        <li key={name} className={contribution < 0 ? 'bar bar-down' : contribution > 0 ? 'bar' : 'bar bar-none'}>
          <span className="bar-name">{factorWords(name)}</span>
          <span className="bar-track" aria-hidden="true">
            <span className="bar-fill" style={{ '--share': Math.abs(contribution) / most } as CSSProperties} />
          </span>
          <span className="bar-value num">{signed(contribution)}</span>
          <span className="bar-why muted">{explanation}</span>
        </li>
      ))}
    </ul>
  );
}
