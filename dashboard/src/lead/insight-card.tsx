import { useEffect, useState } from 'react';
import { FRESH_INSIGHT } from '../api/documents.ts';
import type { Insight } from '../api/hub-types.ts';
import { useDesk } from '../session/signed-in.tsx';
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

type Asking = 'NOT_ASKED' | 'ASKING' | 'NOTHING_SAID';

/** Asks the AI for its own word. Whoever leaves the page takes the question back. */
function AskNow({ leadId }: { readonly leadId: string }) {
  const { api } = useDesk();
  const [asking, setAsking] = useState<Asking>('NOT_ASKED');
  useEffect(() => {
    if (asking !== 'ASKING') return undefined;
    const question = api.client.query(FRESH_INSIGHT, { id: leadId }, { requestPolicy: 'network-only' }).subscribe(({ data }) => {
      // What the AI says comes with the lead's next change.
      if (data?.lead?.insight?.source !== 'AI') setAsking('NOTHING_SAID');
    });
    return () => question.unsubscribe();
  }, [api, asking, leadId]);
  return (
    <p className="ask-now">
      <button type="button" className="button" disabled={asking === 'ASKING'} onClick={() => setAsking('ASKING')} data-testid="ask-ai">
        {asking === 'ASKING' ? 'Asking the AI…' : 'Ask the AI now'}
      </button>
      {asking === 'NOTHING_SAID' && (
        <span className="muted" role="status">
          {' '}
          The AI has nothing to say at the moment; this is what is known.
        </span>
      )}
    </p>
  );
}

/** What the analysis behind the score says. */
export function InsightCard({ leadId, insight }: { readonly leadId: string; readonly insight: Insight | null }) {
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
          {insight.source !== 'AI' && <AskNow key={insight.at} leadId={leadId} />}
        </>
      )}
    </section>
  );
}
