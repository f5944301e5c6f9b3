import { lazy, Suspense } from 'react';
import type { HubLead } from '../api/hub-types.ts';
import { SCORE_LEAD } from '../api/documents.ts';
import { useDesk } from '../session/signed-in.tsx';
import { Delta, Due, ScoreSourceMark } from '../ui/marks.tsx';
import { ScoreRing } from '../ui/score-ring.tsx';
import { Ago } from '../ui/time.tsx';
import { FactorBars } from './factor-bars.tsx';

const ScoreHistory = lazy(async () => ({ default: (await import('./score-history.tsx')).ScoreHistory }));

/** The score, and everything that is known of why. */
export function ScoreCard({ lead }: { readonly lead: HubLead }) {
  const { receipts } = useDesk();
  const { score, tier, previousScore, scoreHistory } = lead;
  const again = (): void => void receipts.send('New score', SCORE_LEAD, { input: { leadId: lead.id } });
  return (
    <section className="card score-card" aria-labelledby="score-title">
      <div className="card-head">
        <h2 id="score-title">Score</h2>
        <button type="button" className="link" onClick={again} data-testid="score-again">
          Score again
        </button>
      </div>
      {score === null ? (
        <p className="muted">The first score is on its way.</p>
      ) : (
        <>
          <div className="score-top">
            <div className="score-big" data-testid="lead-score" data-score={score.value}>
              <ScoreRing value={score.value} tier={tier} size={116} />
              <Delta value={score.value} previous={previousScore} />
            </div>
            <div className="reasons">
              <ul data-testid="reasons">
                {score.reasons.map((reason) => (
                  <li key={reason}>{reason}</li>
                ))}
              </ul>
              <p className="muted small">
                <ScoreSourceMark source={score.source} degraded={score.degraded} /> {score.modelVersion} · {Math.round(score.confidence * 100)} % confident ·{' '}
                <Ago at={score.scoredAt} />
                {lead.responseDueAt !== null && (
                  <>
                    {' '}
                    · answer <Due lead={lead} />
                  </>
                )}
              </p>
            </div>
          </div>
          <h3>What moved it</h3>
          <FactorBars factors={score.factors} />
          <h3>How it went</h3>
          <Suspense fallback={<div className="chart chart-tall" />}>
            <ScoreHistory points={scoreHistory} />
          </Suspense>
        </>
      )}
    </section>
  );
}
