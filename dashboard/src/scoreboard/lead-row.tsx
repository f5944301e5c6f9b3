import { memo, useLayoutEffect, useRef } from 'react';
import type { Factor, LeadCard } from '../api/lead-types.ts';
import { Link } from '../ui/link.tsx';
import { Delta, Due, MadeUp, ScoreSourceMark, TierPill } from '../ui/marks.tsx';
import { ScoreRing } from '../ui/score-ring.tsx';
import { Ago } from '../ui/time.tsx';
import { factorWords, inWords, signed } from '../ui/words.ts';
import type { Pulse } from './board.ts';
import { flash } from './flash.ts';

interface Props {
  readonly lead: LeadCard;
  readonly rank: number;
  readonly pulse: Pulse | undefined;
}

const FACTORS_SHOWN = 3;

const strongest = (factors: readonly Factor[]): Factor[] =>
  factors
    .filter(({ contribution }) => contribution !== 0)
    .sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution))
    .slice(0, FACTORS_SHOWN);

function Factors({ factors }: { readonly factors: readonly Factor[] }) {
  return (
    <ul className="factors">
      {strongest(factors).map(({ name, contribution, explanation }) => (
        <li key={name} className={contribution < 0 ? 'factor factor-down' : 'factor'} title={explanation}>
          {factorWords(name)} <b>{signed(contribution)}</b>
        </li>
      ))}
    </ul>
  );
}

function ScoreCell({ lead: { score, tier, previousScore } }: { readonly lead: LeadCard }) {
  return (
    <div className="score-cell">
      <ScoreRing value={score?.value ?? null} tier={tier} />
      <div className="score-words">
        <span className="marks">
          <TierPill tier={tier} />
          {score && <ScoreSourceMark source={score.source} degraded={score.degraded} />}
        </span>
        {score ? <Delta value={score.value} previous={previousScore} /> : <span className="delta muted">being scored</span>}
      </div>
    </div>
  );
}

/** A lead. `pulse` flashes it. */
export const LeadRow = memo(function LeadRow({ lead, rank, pulse }: Props) {
  const row = useRef<HTMLTableRowElement>(null);
  const shownPulse = useRef(pulse?.count ?? 0);
  useLayoutEffect(() => {
    if (row.current === null || pulse === undefined || pulse.count === shownPulse.current) return;
    shownPulse.current = pulse.count;
    flash(row.current, pulse.direction);
  }, [pulse]);
  return (
    <tr ref={row} data-testid="lead-row" data-lead-id={lead.id} data-score={lead.score?.value ?? ''} data-flip={lead.id}>
      <td className="col-rank num">{rank}</td>
      <td className="col-lead">
        <Link href={`/lead/${lead.id}`} className="lead-link">
          {lead.name}
        </Link>
        <div className="lead-about muted">
          {inWords(lead.source)}
          {lead.tags
            .filter((tag) => tag !== 'demo' || !lead.madeUp)
            .map((tag) => (
              <span key={tag} className="tag-text">
                {' '}
                #{tag}
              </span>
            ))}
          {lead.madeUp && <MadeUp />}
        </div>
      </td>
      <td className="col-score">
        <ScoreCell lead={lead} />
      </td>
      <td className="col-why">{lead.score && <Factors factors={lead.score.factors} />}</td>
      <td className="col-stage">{inWords(lead.stage)}</td>
      <td className="col-agent">{lead.agent?.name ?? <span className="muted">nobody</span>}</td>
      <td className="col-last" data-label="Last activity">
        {lead.engagement.lastActivityAt === null ? <span className="muted">none yet</span> : <Ago at={lead.engagement.lastActivityAt} />}
      </td>
      <td className="col-due" data-label="Answer due">
        <Due lead={lead} />
      </td>
    </tr>
  );
});
