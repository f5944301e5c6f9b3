import { useState } from 'react';
import { RECORD_INTERACTION } from '../api/documents.ts';
import type { Home } from '../api/hub-types.ts';
import { useDesk } from '../session/signed-in.tsx';
import { moneyWords } from '../ui/words.ts';

const QUICK = [
  ['PAGE_VIEW', 'Viewed a page', { url: '/homes' }],
  ['EMAIL_SENT', 'Emailed them', {}],
  ['EMAIL_OPENED', 'Opened an email', {}],
  ['EMAIL_CLICKED', 'Clicked a link', {}],
] as const;
const MESSAGES = [
  ['MESSAGE_IN', 'They wrote'],
  ['MESSAGE_OUT', 'We wrote'],
] as const;
const HOMES = [
  ['PROPERTY_VIEWED', 'Viewed'],
  ['PROPERTY_SAVED', 'Saved'],
  ['PROPERTY_TOURED', 'Toured'],
  ['PROPERTY_INQUIRED', 'Asked about'],
] as const;

/** Writes down what happened, with one press. */
export function InteractionCard({ leadId, homes }: { readonly leadId: string; readonly homes: readonly Home[] }) {
  const { receipts } = useDesk();
  const [text, setText] = useState('');
  const [chosen, setChosen] = useState('');
  const homeId = homes.some(({ id }) => id === chosen) ? chosen : (homes[0]?.id ?? '');
  const record = (kind: string, title: string, more: Readonly<Record<string, string>> = {}): Promise<boolean> =>
    receipts.send(title, RECORD_INTERACTION, { input: { leadId, kind, ...more } });
  const write = async (kind: string, title: string): Promise<void> => {
    if (await record(kind, title, { text: text.trim(), channel: 'SMS' })) setText('');
  };
  return (
    <section className="card" aria-labelledby="interaction-title">
      <h2 id="interaction-title">Something happened</h2>
      <div className="buttons">
        {QUICK.map(([kind, title, more]) => (
          <button key={kind} type="button" className="button small-button" onClick={() => void record(kind, title, more)} data-testid={`record-${kind}`}>
            {title}
          </button>
        ))}
      </div>
      <label className="stacked" htmlFor="message">
        A message
      </label>
      <textarea id="message" rows={2} value={text} placeholder="What was said" onChange={(event) => setText(event.target.value)} />
      <div className="buttons">
        {MESSAGES.map(([kind, title]) => (
          <button key={kind} type="button" className="button small-button" disabled={text.trim() === ''} onClick={() => void write(kind, title)}>
            {title}
          </button>
        ))}
      </div>
      {homes.length > 0 && (
        <>
          <label className="stacked" htmlFor="home">
            A home
          </label>
          <select id="home" value={homeId} onChange={(event) => setChosen(event.target.value)}>
            {homes.map(({ id, price, zip, bedrooms }) => (
              <option key={id} value={id}>
                {moneyWords(price)} · {bedrooms} beds · {zip}
              </option>
            ))}
          </select>
          <div className="buttons">
            {HOMES.map(([kind, title]) => (
              <button
                key={kind}
                type="button"
                className="button small-button"
                onClick={() => void record(kind, `${title} a home`, { propertyId: homeId })}
                data-testid={`record-${kind}`}
              >
                {title}
              </button>
            ))}
          </div>
        </>
      )}
    </section>
  );
}
