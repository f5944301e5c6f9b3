import type { Home, Match } from '../api/hub-types.ts';
import type { Connection } from '../api/lead-types.ts';
import { ScoreRing } from '../ui/score-ring.tsx';
import { inWords, moneyWords, numberWords } from '../ui/words.ts';

const tierOf = (score: number) => (score >= 70 ? 'HOT' : score >= 50 ? 'WARM' : 'COLD');
const placeOf = ({ address, city, zip }: Home): string => [address, city, zip].filter(Boolean).join(', ');

function MatchCard({ match: { score, reasons, property } }: { readonly match: Match }) {
  if (property === null) return <li className="match muted">A home that is not listed any more.</li>;
  return (
    <li className="match" data-testid="match">
      <div className="match-head">
        <ScoreRing value={score} tier={tierOf(score)} size={40} />
        <div>
          <strong className="num">{moneyWords(property.price)}</strong>
          <p className="muted small">
            {placeOf(property)} · {inWords(property.propertyType)}
            {property.status !== 'ACTIVE' && ` · ${inWords(property.status)}`}
          </p>
        </div>
      </div>
      <p className="match-facts num">
        <span>{property.bedrooms} beds</span> <span>{property.bathrooms} baths</span> <span>{numberWords(property.squareFeet)} sq ft</span>
      </p>
      <details>
        <summary>Why it suits</summary>
        <ul>
          {reasons.map((reason) => (
            <li key={reason}>{reason}</li>
          ))}
        </ul>
      </details>
    </li>
  );
}

export function MatchesCard({ matches }: { readonly matches: Connection<Match> }) {
  const count = matches.edges.length;
  return (
    <section className="card" aria-labelledby="matches-title" data-testid="matches">
      <div className="card-head">
        <h2 id="matches-title">Homes that suit</h2>
        <span className="muted small">{matches.pageInfo.hasNextPage ? `the best ${count}` : count}</span>
      </div>
      {count === 0 ? (
        <p className="muted">No home suits yet. A budget, a place and rooms help.</p>
      ) : (
        <ul className="matches">
          {matches.edges.map(({ cursor, node }) => (
            <MatchCard key={node.property?.id ?? cursor} match={node} />
          ))}
        </ul>
      )}
    </section>
  );
}
