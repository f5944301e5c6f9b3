import { useEffect, useRef, useState } from 'react';
import { useQuery } from 'urql';
import { AGENTS } from '../api/documents.ts';
import { LEAD_ORDERS, type LeadFilter, type LeadOrder } from '../api/lead-list.ts';
import { SOURCES, STAGES, TIERS } from '../api/lead-types.ts';
import { inWords } from '../ui/words.ts';
import { Choice } from './choice.tsx';
import type { View } from './view.ts';

const ORDERS: Readonly<Record<LeadOrder, string>> = {
  SCORE_DESC: 'Highest score',
  UPDATED_DESC: 'Latest change',
  CREATED_DESC: 'Newest',
  DUE_ASC: 'Answer due first',
};
const TYPING_MS = 250;

/** Tells what was typed once the typing pauses. */
interface TypedTextProps {
  readonly id: string;
  readonly label: string;
  /** Absent: a number. */
  readonly hint?: string;
  readonly value: string;
  readonly onChange: (text: string) => void;
}

function TypedText({ id, label, hint, value, onChange }: TypedTextProps) {
  const [text, setText] = useState(value);
  const told = useRef(value);
  useEffect(() => {
    // Changed from elsewhere: a link, or "clear".
    if (value !== told.current) setText(value);
    told.current = value;
  }, [value]);
  useEffect(() => {
    if (text.trim() === told.current) return undefined;
    const timer = setTimeout(() => {
      told.current = text.trim();
      onChange(text.trim());
    }, TYPING_MS);
    return () => clearTimeout(timer);
  }, [text, onChange]);
  return (
    <label className={`filter filter-${id}`} htmlFor={`filter-${id}`}>
      <span>{label}</span>
      <input
        id={`filter-${id}`}
        type={hint === undefined ? 'number' : 'search'}
        min={0}
        max={100}
        placeholder={hint ?? '0'}
        value={text}
        data-testid={`filter-${id}`}
        onChange={(event) => setText(event.target.value)}
      />
    </label>
  );
}

/** Without `undefined`s: a filter holds only what was chosen. */
const patched = (filter: LeadFilter, change: { readonly [K in keyof LeadFilter]: LeadFilter[K] | undefined }): LeadFilter =>
  Object.fromEntries(Object.entries({ ...filter, ...change }).filter(([, value]) => value !== undefined && value !== '' && value !== false)) as LeadFilter;

export function Filters({ view, onChange }: { readonly view: View; readonly onChange: (view: View) => void }) {
  const [{ data }] = useQuery({ query: AGENTS });
  const { filter, orderBy } = view;
  const latest = useRef({ view, onChange });
  latest.current = { view, onChange };
  const set = (change: Parameters<typeof patched>[1]): void =>
    latest.current.onChange({ ...latest.current.view, filter: patched(latest.current.view.filter, change) });
  // The same function every time: a new one would begin the pause after typing anew.
  const [typed] = useState(() => ({
    text: (text: string) => set({ text }),
    tag: (tag: string) => set({ tag }),
    min: (min: string) => set({ minScore: Number(min) > 0 ? Math.min(100, Number(min)) : undefined }),
  }));
  const [isOpen, setOpen] = useState(false);
  const isFiltered = Object.keys(filter).length > 0;
  return (
    <form className={isOpen ? 'filters filters-open' : 'filters'} role="search" aria-label="Filter the leads" onSubmit={(event) => event.preventDefault()}>
      <TypedText id="text" label="Search" hint="Name, email, phone, tag" value={filter.text ?? ''} onChange={typed.text} />
      <button type="button" className="button filters-toggle" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        Filters
      </button>
      <Choice id="tier" label="Tier" any="All tiers" value={filter.tier} options={TIERS.map((tier) => [tier, tier])} onChange={(tier) => set({ tier })} />
      <Choice
        id="stage"
        label="Stage"
        any="All stages"
        value={filter.stage}
        options={STAGES.map((stage) => [stage, inWords(stage)])}
        onChange={(stage) => set({ stage })}
      />
      <Choice
        id="source"
        label="Source"
        any="All sources"
        value={filter.source}
        options={SOURCES.map((source) => [source, inWords(source)])}
        onChange={(source) => set({ source })}
      />
      <Choice
        id="agent"
        label="Agent"
        any="All agents"
        value={filter.agentId}
        options={(data?.agents ?? []).map(({ id, name }) => [id, name])}
        onChange={(agentId) => set({ agentId })}
      />
      <TypedText id="tag" label="Tag" hint="Any" value={filter.tag ?? ''} onChange={typed.tag} />
      <TypedText id="min" label="Least score" value={filter.minScore?.toString() ?? ''} onChange={typed.min} />
      <Choice
        id="order"
        label="Order"
        value={orderBy}
        options={LEAD_ORDERS.map((order) => [order, ORDERS[order]])}
        onChange={(order) => onChange({ ...view, orderBy: order ?? 'SCORE_DESC' })}
      />
      <label className="filter filter-check">
        <input type="checkbox" checked={filter.overdue ?? false} data-testid="filter-overdue" onChange={(event) => set({ overdue: event.target.checked })} />
        <span>Overdue only</span>
      </label>
      {isFiltered && (
        <button type="button" className="link" onClick={() => onChange({ filter: {}, orderBy })} data-testid="filter-clear">
          Clear filters
        </button>
      )}
    </form>
  );
}
