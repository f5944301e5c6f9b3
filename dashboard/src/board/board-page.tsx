import { useEffect, useMemo, useState } from 'react';
import { BOARD_RANGES, type BoardFigures, type BoardRange } from '../api/board-types.ts';
import type { LeadCard } from '../api/lead-types.ts';
import { createStore } from '../api/external-store.ts';
import { useDesk } from '../session/signed-in.tsx';
import { Link } from '../ui/link.tsx';
import { useNow } from '../ui/use-now.ts';
import { useStore } from '../ui/use-store.ts';
import { useTitle } from '../ui/use-title.ts';
import { agoWords, numberWords, scoreWords, shortMoneyWords, signed, spanWords } from '../ui/words.ts';
import { createBoardStore, type BoardState, type BoardStore } from './board-store.ts';
import { DayLines } from './day-lines.tsx';
import './board.css';

const RANGE_WORDS: Readonly<Record<BoardRange, string>> = { TODAY: 'Today', DAYS_7: '7 days', DAYS_30: '30 days', DAYS_90: '90 days' };
const NOTHING = createStore<BoardState>({ board: null, newestHot: [], problem: null });

const percent = (share: number): string => `${Math.round(share * 100)} %`;

function Figure({ name, value, more, tone }: { readonly name: string; readonly value: string; readonly more: string; readonly tone?: string }) {
  return (
    <div className={`figure ${tone ?? ''}`} data-testid={`figure-${name.toLowerCase().replaceAll(' ', '-')}`}>
      <dt>{name}</dt>
      <dd>{value}</dd>
      <p className="muted">{more}</p>
    </div>
  );
}

function Figures({ board }: { readonly board: BoardFigures }) {
  const { tiers, leads, newLeads, pipelineValue, answers, answersInTime, meanAnswerMinutes, won, lost, conversion } = board;
  return (
    <dl className="figures card">
      {tiers.map(({ tier, count, change }) => (
        <Figure key={tier} name={tier} value={numberWords(count)} more={`${signed(change, 0)} in this range`} tone={`tier-${tier.toLowerCase()}`} />
      ))}
      <Figure name="Leads" value={numberWords(leads)} more={`${numberWords(newLeads)} new`} />
      <Figure name="Pipeline" value={shortMoneyWords(pipelineValue)} more="budgets of open leads" />
      <Figure
        name="In time"
        value={answers === 0 ? '–' : percent(answersInTime / answers)}
        more={
          meanAnswerMinutes === null ? 'nothing was answered' : `${numberWords(answers)} answered, after ${spanWords(meanAnswerMinutes * 60_000)} in the mean`
        }
      />
      <Figure name="Conversion" value={conversion === null ? '–' : percent(conversion)} more={`${numberWords(won)} won, ${numberWords(lost)} lost`} />
    </dl>
  );
}

function NewestHot({ leads }: { readonly leads: readonly LeadCard[] }) {
  const nowMs = useNow();
  return (
    <section className="card newest-hot">
      <h2>Newest hot leads</h2>
      {leads.length === 0 && <p className="muted">None is hot at the moment.</p>}
      <ol>
        {leads.map(({ id, name, score, agent, createdAt }) => (
          <li key={id} data-testid="newest-hot">
            <Link href={`/lead/${id}`}>{name}</Link>
            <span className="tier-hot figure-score">{score === null ? '' : scoreWords(score.value)}</span>
            <span className="muted">
              {agent?.name ?? 'nobody yet'} · came in {agoWords(createdAt, nowMs)}
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}

/** A store of its own for each range, as long as it is looked at. */
function useBoard(range: BoardRange): { readonly state: BoardState; readonly reload: () => void } {
  const { api } = useDesk();
  const [store, setStore] = useState<BoardStore | null>(null);
  useEffect(() => {
    const opened = createBoardStore(api, range);
    setStore(opened);
    return () => opened.stop();
  }, [api, range]);
  return { state: useStore(store?.state ?? NOTHING), reload: store?.reload ?? (() => undefined) };
}

export function BoardPage() {
  const [range, setRange] = useState<BoardRange>('DAYS_7');
  const { state, reload } = useBoard(range);
  const { board, newestHot, problem } = state;
  useTitle('Board');
  const days = useMemo(() => board?.days ?? [], [board]);
  return (
    <>
      <div className="board-head">
        <h1>Board</h1>
        <div className="ranges" role="group" aria-label="Range">
          {BOARD_RANGES.map((each) => (
            <button key={each} type="button" className="button quiet" aria-pressed={each === range} onClick={() => setRange(each)}>
              {RANGE_WORDS[each]}
            </button>
          ))}
        </div>
      </div>
      {problem !== null && (
        <p role="alert" className="notice notice-warn">
          {problem}{' '}
          <button type="button" className="link" onClick={reload}>
            Try again
          </button>
        </p>
      )}
      {board === null ? (
        problem === null && <p className="card empty muted">Reading the board…</p>
      ) : (
        <>
          <Figures board={board} />
          <div className="board-parts">
            <section className="card">
              <h2>
                Leads by tier <span className="muted">at the end of each day (UTC)</span>
              </h2>
              <DayLines days={days} />
            </section>
            <NewestHot leads={newestHot} />
          </div>
        </>
      )}
    </>
  );
}
