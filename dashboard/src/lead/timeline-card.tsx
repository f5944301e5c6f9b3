import { useState } from 'react';
import { LEAD_TIMELINE } from '../api/documents.ts';
import type { Home, TimelineEntry } from '../api/hub-types.ts';
import type { Connection, PageInfo } from '../api/lead-types.ts';
import { useDesk } from '../session/signed-in.tsx';
import { Ago } from '../ui/time.tsx';
import { moneyWords } from '../ui/words.ts';

/** Entries never change: by version, the newest page and whatever older ones were read are one list. */
function joined(newest: Connection<TimelineEntry>, older: readonly TimelineEntry[]): TimelineEntry[] {
  const byVersion = new Map([...older, ...newest.edges.map(({ node }) => node)].map((entry) => [entry.version, entry]));
  return [...byVersion.values()].sort((a, b) => b.version - a.version);
}

/** Events name homes by their ids: here by what people know of them, where it is known. */
function forPeople(summary: string, homes: readonly Home[]): string {
  return summary.replace(/: (prop_\w+)/, (_, id: string) => {
    const home = homes.find((one) => one.id === id);
    return home ? `: ${moneyWords(home.price)}, ${home.bedrooms} beds, ${home.zip}` : '.';
  });
}

interface Props {
  readonly leadId: string;
  readonly newest: Connection<TimelineEntry>;
  readonly homes: readonly Home[];
}
interface Older {
  readonly entries: readonly TimelineEntry[];
  readonly pageInfo: PageInfo | null;
}

export function TimelineCard({ leadId, newest, homes }: Props) {
  const { client } = useDesk().api;
  const [older, setOlder] = useState<Older>({ entries: [], pageInfo: null });
  const [isReading, setReading] = useState(false);
  const { hasNextPage, endCursor } = older.pageInfo ?? newest.pageInfo;
  const entries = joined(newest, older.entries);
  const more = async (): Promise<void> => {
    setReading(true);
    const { data } = await client.query(LEAD_TIMELINE, { id: leadId, after: endCursor }, { requestPolicy: 'network-only' }).toPromise();
    setReading(false);
    const page = data?.lead?.timeline;
    // What is shown now is kept: the newest page moves on when something happens.
    if (page) setOlder({ entries: [...entries, ...page.edges.map(({ node }) => node)], pageInfo: page.pageInfo });
  };
  return (
    <section className="card" aria-labelledby="timeline-title" data-testid="timeline">
      <h2 id="timeline-title">Timeline</h2>
      <ol className="timeline">
        {entries.map(({ version, type, at, actor, summary }) => (
          <li key={version} data-testid="timeline-entry" data-type={type}>
            <p>{forPeople(summary, homes)}</p>
            <p className="muted small">
              <Ago at={at} /> · {actor} · {version}
            </p>
          </li>
        ))}
      </ol>
      {hasNextPage && (
        <button type="button" className="button" disabled={isReading} onClick={() => void more()} data-testid="timeline-more">
          {isReading ? 'Reading…' : 'Older'}
        </button>
      )}
    </section>
  );
}
