import { useRef } from 'react';
import type { Board } from './board.ts';
import { LeadRow } from './lead-row.tsx';
import { useFlip } from './use-flip.ts';

/** The rows; they glide to their new places. */
export function LeadTable({ board, isReading }: { readonly board: Board; readonly isReading: boolean }) {
  const body = useRef<HTMLTableSectionElement>(null);
  useFlip(body, board.leads);
  return (
    <div className="card board" aria-busy={isReading}>
      <table data-testid="scoreboard">
        <caption className="hidden">Leads with their scores. Rows move while scores change.</caption>
        <thead>
          <tr>
            <th scope="col" className="col-rank">
              <span className="hidden">Rank</span>#
            </th>
            <th scope="col">Lead</th>
            <th scope="col">Score</th>
            <th scope="col">Why</th>
            <th scope="col">Stage</th>
            <th scope="col">Agent</th>
            <th scope="col">Last activity</th>
            <th scope="col">Answer due</th>
          </tr>
        </thead>
        <tbody ref={body}>
          {board.leads.map((lead, index) => (
            <LeadRow key={lead.id} lead={lead} rank={index + 1} pulse={board.pulses.get(lead.id)} />
          ))}
        </tbody>
      </table>
    </div>
  );
}
