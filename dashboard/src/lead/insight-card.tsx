import type { Insight } from '../api/hub-types.ts';
import { ScoreSourceMark } from '../ui/marks.tsx';
import { Ago } from '../ui/time.tsx';

function Points({ title, items, kind }: { readonly title: string; readonly items: readonly string[]; readonly kind: string }) {
  if (items.length === 0) return null;
  return (
    <div className={`points points-${kind}`}>
      <h3>{title}</h3>
      <ul>
        {items.map((item) => (
          <li key={item}>{item}</li>
        ))}
      </ul>
    </div>
  );
}

/** What the analysis behind the score says. */
export function InsightCard({ insight }: { readonly insight: Insight | null }) {
  return (
    <section className="card" aria-labelledby="insight-title" data-testid="insight">
      <div className="card-head">
        <h2 id="insight-title">Insight</h2>
        {insight && (
          <span className="muted small">
            <ScoreSourceMark source={insight.source} degraded={insight.degraded} /> <Ago at={insight.at} />
          </span>
        )}
      </div>
      {insight === null ? (
        <p className="muted">It comes with the first score.</p>
      ) : (
        <>
          {insight.nextBestAction && (
            <p className="next-action">
              <span>Next best action</span>
              <strong>{insight.nextBestAction}</strong>
            </p>
          )}
          <p>{insight.summary}</p>
          <div className="points-pair">
            <Points title="Opportunities" kind="up" items={insight.opportunities} />
            <Points title="Risks" kind="down" items={insight.risks} />
          </div>
        </>
      )}
    </section>
  );
}
