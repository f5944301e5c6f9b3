import { useEffect, useMemo } from 'react';
import { useDesk } from '../session/signed-in.tsx';
import { navigate, useAddress } from '../ui/router.ts';
import { useTitle } from '../ui/use-title.ts';
import { Filters } from './filters.tsx';
import { HealthStrip } from './health-strip.tsx';
import { LeadTable } from './lead-table.tsx';
import { Summary } from './summary.tsx';
import { addressOf, viewOf, type View } from './view.ts';
import { useStore } from '../ui/use-store.ts';

export function ScoreboardPage() {
  const { scoreboard } = useDesk();
  const address = useAddress();
  const view = useMemo(() => viewOf(new URL(address, location.origin).search), [address]);
  useEffect(() => scoreboard.show(view), [scoreboard, view]);
  useTitle('Live scoreboard');
  const { board, reading, problem } = useStore(scoreboard.state);
  const change = (next: View): void => navigate(addressOf(next), 'replace');
  const isEmpty = board.leads.length === 0;
  return (
    <>
      <h1>Live scoreboard</h1>
      <Summary leads={board.leads} hasMore={board.boundary !== null} pace={scoreboard.pace} />
      <Filters view={view} onChange={change} />
      {problem !== null && (
        <p role="alert" className="notice notice-warn">
          {problem}{' '}
          <button type="button" className="link" onClick={scoreboard.reload}>
            Try again
          </button>
        </p>
      )}
      {isEmpty ? (
        <p className="card empty muted" data-testid="empty">
          {reading === 'view' ? 'Reading the leads…' : 'No lead fits. Take a filter away, or wait: leads show up here by themselves.'}
        </p>
      ) : (
        <LeadTable board={board} isReading={reading === 'view'} />
      )}
      {board.boundary !== null && (
        <p className="more">
          <button type="button" className="button" onClick={scoreboard.loadMore} disabled={reading !== null} data-testid="load-more">
            {reading === 'more' ? 'Reading…' : 'Show more leads'}
          </button>
        </p>
      )}
      <HealthStrip />
    </>
  );
}
