import { useState, type FormEvent } from 'react';
import { ADD_NOTE } from '../api/documents.ts';
import type { Note } from '../api/hub-types.ts';
import { useDesk } from '../session/signed-in.tsx';
import { Ago } from '../ui/time.tsx';

export function NotesCard({ leadId, notes }: { readonly leadId: string; readonly notes: readonly Note[] }) {
  const { receipts } = useDesk();
  const [text, setText] = useState('');
  const add = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (await receipts.send('Note', ADD_NOTE, { input: { leadId, text: text.trim() } })) setText('');
  };
  const newestFirst = notes.toSorted((a, b) => b.at.localeCompare(a.at));
  return (
    <section className="card" aria-labelledby="notes-title">
      <h2 id="notes-title">Notes</h2>
      <form onSubmit={(event) => void add(event)}>
        <label className="hidden" htmlFor="note">
          A new note
        </label>
        <textarea id="note" rows={2} value={text} placeholder="Write a note" onChange={(event) => setText(event.target.value)} data-testid="note" />
        <button type="submit" className="button small-button" disabled={text.trim() === ''} data-testid="add-note">
          Add the note
        </button>
      </form>
      <ul className="notes">
        {newestFirst.map(({ id, text: written, byActor, at }) => (
          <li key={id}>
            <p>{written}</p>
            <p className="muted small">
              {byActor} · <Ago at={at} />
            </p>
          </li>
        ))}
      </ul>
    </section>
  );
}
