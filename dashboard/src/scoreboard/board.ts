/** The rows of the scoreboard as plain values: a page that was read, and what happened since. */
import type { LeadOrder } from '../api/lead-list.ts';
import type { Connection, LeadCard } from '../api/lead-types.ts';
import { compareIn, fits } from './placing.ts';
import type { View } from './view.ts';

/** What just happened to a row's score; `count` tells one from the next. */
export interface Pulse {
  readonly direction: 'FIRST' | 'UP' | 'DOWN' | 'SAME';
  readonly count: number;
}
export interface Board {
  readonly leads: readonly LeadCard[];
  readonly pulses: ReadonlyMap<string, Pulse>;
  /** The last lead of the last page as it was read; what stands below it is for the next page. Null: there is no next page. */
  readonly boundary: LeadCard | null;
  readonly endCursor: string | null;
}
export const EMPTY_BOARD: Board = { leads: [], pulses: new Map(), boundary: null, endCursor: null };

export interface Change {
  readonly lead: LeadCard;
  readonly direction?: Pulse['direction'] | undefined;
}

/** A lead that was changed while the page was on its way is newer here than in it. */
function newest(a: LeadCard | undefined, b: LeadCard): LeadCard {
  return a !== undefined && a.version > b.version ? a : b;
}

/** `board` with a page: instead of what it shows, or behind it. */
export function withPage(board: Board, page: Connection<LeadCard>, view: View, how: 'replace' | 'append'): Board {
  const known = new Map(board.leads.map((lead) => [lead.id, lead]));
  const read = page.edges.map(({ node }) => newest(known.get(node.id), node)).filter((lead) => fits(lead, view.filter, view.orderBy, true));
  const isRead = new Set(read.map(({ id }) => id));
  const kept = how === 'append' ? board.leads.filter(({ id }) => !isRead.has(id)) : [];
  const last = page.edges.at(-1)?.node ?? null;
  return {
    leads: sorted([...kept, ...read], view.orderBy),
    pulses: board.pulses,
    boundary: page.pageInfo.hasNextPage ? last : null,
    endCursor: page.pageInfo.endCursor,
  };
}

/** `board` after some changes. The same board where nothing on it changed. */
export function withChanges(board: Board, changes: readonly Change[], view: View): Board {
  const { filter, orderBy } = view;
  const compare = compareIn(orderBy);
  const rows = new Map(board.leads.map((lead) => [lead.id, lead]));
  const pulses = new Map(board.pulses);
  let isChanged = false;
  for (const { lead, direction } of changes) {
    const shown = rows.get(lead.id);
    if (shown !== undefined && shown.version > lead.version) continue;
    const isAbove = board.boundary === null || compare(lead, board.boundary) <= 0;
    const stays = fits(lead, filter, orderBy, shown !== undefined) && isAbove;
    if (!stays && shown === undefined) continue;
    isChanged = true;
    if (!stays) {
      rows.delete(lead.id);
      pulses.delete(lead.id);
      continue;
    }
    rows.set(lead.id, lead);
    if (direction !== undefined) pulses.set(lead.id, { direction, count: (pulses.get(lead.id)?.count ?? 0) + 1 });
  }
  if (!isChanged) return board;
  return { ...board, leads: sorted([...rows.values()], orderBy), pulses };
}

const sorted = (leads: readonly LeadCard[], orderBy: LeadOrder): LeadCard[] => leads.toSorted(compareIn(orderBy));
