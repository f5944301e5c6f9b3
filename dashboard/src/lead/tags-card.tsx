import { useState, type FormEvent } from 'react';
import { ADD_TAG, REMOVE_TAG } from '../api/documents.ts';
import { useDesk } from '../session/signed-in.tsx';

export function TagsCard({ leadId, tags }: { readonly leadId: string; readonly tags: readonly string[] }) {
  const { receipts } = useDesk();
  const [text, setText] = useState('');
  const add = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (await receipts.send(`Tag: ${text.trim()}`, ADD_TAG, { input: { leadId, tag: text.trim() } })) setText('');
  };
  const remove = (tag: string): void => void receipts.send(`Without tag: ${tag}`, REMOVE_TAG, { input: { leadId, tag } });
  return (
    <section className="card" aria-labelledby="tags-title">
      <h2 id="tags-title">Tags</h2>
      <ul className="tags">
        {tags.map((tag) => (
          <li key={tag} className="tag" data-testid="tag">
            {tag}
            <button type="button" className="icon-button" aria-label={`Remove the tag ${tag}`} onClick={() => remove(tag)}>
              ×
            </button>
          </li>
        ))}
      </ul>
      <form className="inline-form" onSubmit={(event) => void add(event)}>
        <label className="hidden" htmlFor="tag">
          A new tag
        </label>
        <input id="tag" value={text} placeholder="New tag" onChange={(event) => setText(event.target.value)} data-testid="tag-text" />
        <button type="submit" className="button small-button" disabled={text.trim() === ''}>
          Add
        </button>
      </form>
    </section>
  );
}
