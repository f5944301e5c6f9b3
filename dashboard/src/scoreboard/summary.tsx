import { lazy, Suspense, useMemo } from 'react';
import { TIERS, type LeadCard } from '../api/lead-types.ts';
import { useMedia } from '../ui/use-media.ts';
import { useNow } from '../ui/use-now.ts';
import type { ScorePace } from './score-pace.ts';
import { useStore } from '../ui/use-store.ts';

// The charts' library is larger than the rest of the page: the leads don't wait for it.
const ScoreSpread = lazy(async () => ({ default: (await import('./score-spread.tsx')).ScoreSpread }));
const PaceChart = lazy(async () => ({ default: (await import('./pace-chart.tsx')).PaceChart }));

const isOverdue = (lead: LeadCard, nowMs: number): boolean => lead.overdue || (lead.responseDueAt !== null && Date.parse(lead.responseDueAt) < nowMs);

function Charts({ leads, pace }: { readonly leads: readonly LeadCard[]; readonly pace: ScorePace }) {
  const steps = useStore(pace.steps);
  const lastMinute = steps.slice(-6).reduce((sum, { count }) => sum + count, 0);
  const values = useMemo(() => leads.flatMap(({ score }) => score?.value ?? []), [leads]);
  return (
    <>
      <div className="card chart-card">
        <h2>
          Scores <span className="muted">of the leads shown</span>
        </h2>
        <Suspense fallback={<div className="chart" />}>
          <ScoreSpread values={values} />
        </Suspense>
      </div>
      <div className="card chart-card">
        <h2>
          Score changes <span className="muted">since you opened this page · {lastMinute} in the last minute</span>
        </h2>
        <Suspense fallback={<div className="chart" />}>
          <PaceChart steps={steps} />
        </Suspense>
      </div>
    </>
  );
}

/** What is shown, counted. Nothing here is about leads that are not. */
export function Summary({ leads, hasMore, pace }: { readonly leads: readonly LeadCard[]; readonly hasMore: boolean; readonly pace: ScorePace }) {
  const nowMs = useNow();
  // On a phone the leads come first.
  const hasRoom = useMedia('(min-width: 761px)');
  return (
    <section className="summary" aria-label="What is shown">
      <div className="card stat-card">
        <h2>
          Shown <span className="muted">{leads.length === 0 ? '' : hasMore ? `first ${leads.length} leads` : `all ${leads.length} that fit`}</span>
        </h2>
        <dl className="stats">
          {TIERS.map((tier) => (
            <div key={tier} className={`stat tier-${tier.toLowerCase()}`}>
              <dd>{leads.filter((lead) => lead.tier === tier).length}</dd>
              <dt>{tier.toLowerCase()}</dt>
            </div>
          ))}
          <div className="stat stat-over">
            <dd>{leads.filter((lead) => isOverdue(lead, nowMs)).length}</dd>
            <dt>overdue</dt>
          </div>
        </dl>
        <div className="share" aria-hidden="true">
          {TIERS.map((tier) => ({ tier, count: leads.filter((lead) => lead.tier === tier).length }))
            .filter(({ count }) => count > 0)
            .map(({ tier, count }) => (
              <span key={tier} className={`tier-${tier.toLowerCase()}`} style={{ flexGrow: count }} />
            ))}
        </div>
      </div>
      {hasRoom && <Charts leads={leads} pace={pace} />}
    </section>
  );
}
