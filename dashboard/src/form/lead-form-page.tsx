import { useEffect, useState } from 'react';
import { sentenceOf } from '../api/client.ts';
import { LEAD_HUB } from '../api/documents.ts';
import type { HubLead } from '../api/hub-types.ts';
import { useDesk } from '../session/signed-in.tsx';
import { Link } from '../ui/link.tsx';
import { useTitle } from '../ui/use-title.ts';
import { LeadForm } from './lead-form.tsx';

type Read = { readonly lead: HubLead | null; readonly problem: string | null };

/** The lead as it is now, and how to read it again. A form does not follow the news: nothing changes under the hands of whoever types. */
function useLeadOnce(id: string | null): { readonly read: Read | null; readonly reload: () => Promise<HubLead | null> } {
  const { client } = useDesk().api;
  const [read, setRead] = useState<Read | null>(id === null ? { lead: null, problem: null } : null);
  const ask = async (): Promise<Read> => {
    if (id === null) return { lead: null, problem: null };
    const { data, error } = await client.query(LEAD_HUB, { id }, { requestPolicy: 'network-only' }).toPromise();
    const lead = data?.lead ?? null;
    return { lead, problem: lead ? null : error ? sentenceOf(error) : 'There is no such lead.' };
  };
  useEffect(() => {
    let isShown = true;
    void ask().then((answer) => isShown && setRead(answer));
    return () => void (isShown = false);
    // `ask` is another function every time, and the same for the same lead.
  }, [id, client]);
  return { read, reload: async () => (await ask()).lead };
}

/** `id`: the lead to edit; null: a new one. */
export function LeadFormPage({ id }: { readonly id: string | null }) {
  const { read, reload } = useLeadOnce(id);
  const [count, setCount] = useState(0);
  const title = id === null ? 'New lead' : `Edit ${read?.lead?.name ?? 'lead'}`;
  useTitle(title);
  return (
    <div className="form-page">
      <p className="back">{id === null ? <Link href="/">← Scoreboard</Link> : <Link href={`/lead/${id}`}>← Back to the lead</Link>}</p>
      <h1>{title}</h1>
      {id === null && <p className="muted lead-in">A name and one of email or phone are enough. The score comes by itself.</p>}
      {read?.problem && (
        <p role="alert" className="notice notice-warn">
          {read.problem}
        </p>
      )}
      {read !== null && read.problem === null && <LeadForm key={count} lead={read.lead} reload={reload} onAnother={() => setCount(count + 1)} />}
    </div>
  );
}
