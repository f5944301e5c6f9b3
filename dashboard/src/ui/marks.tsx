/** Small marks with words: nothing is told by colour alone. */
import type { LeadCard, ScoreSource, Tier } from '../api/lead-types.ts';
import { useNow } from './use-now.ts';
import { momentWords, scoreWords, signed, spanWords } from './words.ts';

export function TierPill({ tier }: { readonly tier: Tier | null }) {
  return <span className={`pill tier-${(tier ?? 'none').toLowerCase()}`}>{tier ?? 'no score'}</span>;
}

const SOURCES: Readonly<Record<ScoreSource, string>> = {
  AI: 'Scored by the AI model.',
  RULES: 'Scored by the rules.',
  STALE: 'An AI score of today, shown again because the AI cannot be reached.',
};

export function ScoreSourceMark({ source, degraded }: { readonly source: ScoreSource; readonly degraded: boolean }) {
  const title = `${SOURCES[source]}${degraded ? ' The AI was wanted and could not be had.' : ''}`;
  return (
    <span className={`mark ${degraded ? 'mark-warn' : ''}`} title={title}>
      {source}
      {degraded && ' · degraded'}
    </span>
  );
}

/** From the previous score to this one. */
export function Delta({ value, previous }: { readonly value: number; readonly previous: number | null }) {
  if (previous === null) return <span className="delta muted">first score</span>;
  const change = value - previous;
  const direction = change > 0 ? 'up' : change < 0 ? 'down' : 'same';
  const arrow = { up: '▲', down: '▼', same: '=' }[direction];
  return (
    <span className={`delta delta-${direction}`} title={`Before: ${scoreWords(previous)}`}>
      <span aria-hidden="true">{arrow} </span>
      {change === 0 ? 'unchanged' : signed(change)}
      {change !== 0 && <span className="muted"> from {scoreWords(previous)}</span>}
    </span>
  );
}

export function MadeUp() {
  return (
    <span className="mark" title="A person that the demo made up.">
      made up
    </span>
  );
}

/** By when somebody should answer. */
export function Due({ lead }: { readonly lead: Pick<LeadCard, 'responseDueAt' | 'overdue'> }) {
  const nowMs = useNow();
  if (lead.responseDueAt === null) return <span className="muted">nothing due</span>;
  const leftMs = Date.parse(lead.responseDueAt) - nowMs;
  const isOverdue = lead.overdue || leftMs < 0;
  return (
    <time dateTime={lead.responseDueAt} title={momentWords(lead.responseDueAt)} className={isOverdue ? 'due due-over' : 'due'}>
      {isOverdue ? `overdue ${spanWords(leftMs)}` : `in ${spanWords(leftMs)}`}
    </time>
  );
}
