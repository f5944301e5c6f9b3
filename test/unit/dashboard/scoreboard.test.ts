/** The rows of the page's scoreboard: what news do to a page that was read. */
import { describe, expect, it } from 'vitest';
import type { LeadCard } from '../../../dashboard/src/api/lead-types.ts';
import { EMPTY_BOARD, withChanges, withPage, type Board } from '../../../dashboard/src/scoreboard/board.ts';
import { addressOf, viewOf, type View } from '../../../dashboard/src/scoreboard/view.ts';
import { aLeadCard } from '../../support/a-lead-card.ts';

function card(id: string, value: number, more: Partial<LeadCard> = {}): LeadCard {
  const tier = value >= 70 ? 'HOT' : value >= 50 ? 'WARM' : 'COLD';
  const at = '2026-03-01T09:30:00.000Z';
  const score = { value, confidence: 0.8, tier, source: 'RULES', degraded: false, scoredAt: at, factors: [] } as const;
  return aLeadCard({ id: `lead_${id}`, name: id, tier, score, ...more });
}
const BY_SCORE: View = { filter: {}, orderBy: 'SCORE_DESC' };

function page(leads: readonly LeadCard[], hasNextPage: boolean, view: View = BY_SCORE): Board {
  const edges = leads.map((node) => ({ cursor: node.id, node }));
  return withPage(EMPTY_BOARD, { edges, pageInfo: { hasNextPage, endCursor: edges.at(-1)?.cursor ?? null } }, view, 'replace');
}
const namesOf = ({ leads }: Board): string[] => leads.map(({ name }) => name);

describe('the scoreboard', () => {
  it('moves a lead to the place of its new score, and tells that it moved', () => {
    const board = withChanges(page([card('a', 90), card('b', 80), card('c', 70)], false), [{ lead: card('c', 85, { version: 2 }), direction: 'UP' }], BY_SCORE);
    expect(namesOf(board)).toEqual(['a', 'c', 'b']);
    expect(board.pulses.get('lead_c')).toEqual({ direction: 'UP', count: 1 });
  });

  it('never shows something older than it already does', () => {
    const board = page([card('a', 90, { version: 5 })], false);
    expect(withChanges(board, [{ lead: card('a', 10, { version: 4 }), direction: 'DOWN' }], BY_SCORE)).toBe(board);
    const again = withPage(
      board,
      { edges: [{ cursor: '', node: card('a', 10, { version: 4 }) }], pageInfo: { hasNextPage: false, endCursor: null } },
      BY_SCORE,
      'replace',
    );
    expect(again.leads[0]?.score?.value).toBe(90);
  });

  it('takes in a new lead that stands within the pages that were read, and leaves one below them to the next page', () => {
    const board = withChanges(page([card('a', 90), card('b', 80)], true), [{ lead: card('new', 85) }, { lead: card('below', 40) }], BY_SCORE);
    expect(namesOf(board)).toEqual(['a', 'new', 'b']);
  });

  it('lets a lead go that fell below the pages that were read: the next page brings it', () => {
    const board = page([card('a', 90), card('b', 80), card('c', 70)], true);
    const fallen = withChanges(board, [{ lead: card('a', 20, { version: 2 }), direction: 'DOWN' }], BY_SCORE);
    expect(namesOf(fallen)).toEqual(['b', 'c']);
    const next = { edges: [card('a', 20, { version: 2 })].map((node) => ({ cursor: node.id, node })), pageInfo: { hasNextPage: false, endCursor: 'a' } };
    expect(namesOf(withPage(fallen, next, BY_SCORE, 'append'))).toEqual(['b', 'c', 'a']);
  });

  it('lets a lead go that no longer fits the filter, and takes in one that now does', () => {
    const hot: View = { filter: { tier: 'HOT' }, orderBy: 'SCORE_DESC' };
    const board = withChanges(page([card('a', 90), card('b', 75)], false, hot), [{ lead: card('b', 60, { version: 2 }) }, { lead: card('c', 72) }], hot);
    expect(namesOf(board)).toEqual(['a', 'c']);
  });

  it('lists in the order of urgency only leads that wait for an answer', () => {
    const byDue: View = { filter: {}, orderBy: 'DUE_ASC' };
    const due = (id: string, minute: number): LeadCard => card(id, 60, { responseDueAt: `2026-03-01T09:${minute}:00.000Z` });
    const board = withChanges(page([due('a', 40), due('b', 50)], false, byDue), [{ lead: due('urgent', 35) }, { lead: card('a', 60, { version: 2 }) }], byDue);
    expect(namesOf(board)).toEqual(['urgent', 'b']);
  });

  it('puts a new lead on top of the newest, and not an old one that changed', () => {
    const newest: View = { filter: {}, orderBy: 'CREATED_DESC' };
    const from = (id: string, day: number): LeadCard => card(id, 60, { createdAt: `2026-03-${day}T09:30:00.000Z` });
    const board = withChanges(page([from('b', 22), from('a', 21)], true, newest), [{ lead: from('old', 11) }, { lead: from('new', 23) }], newest);
    expect(namesOf(board)).toEqual(['new', 'b', 'a']);
  });

  it('keeps what a search found, although a card does not tell why', () => {
    const search: View = { filter: { text: '2065550102' }, orderBy: 'SCORE_DESC' };
    const board = withChanges(page([card('a', 90)], false, search), [{ lead: card('a', 50, { version: 2 }) }, { lead: card('stranger', 60) }], search);
    expect(namesOf(board)).toEqual(['a']);
  });
});

describe('the address of a view', () => {
  it('says everything that was chosen, and nothing else', () => {
    const view: View = { filter: { tier: 'HOT', minScore: 75, overdue: true, text: 'ada lov', agentId: 'agent_1' }, orderBy: 'DUE_ASC' };
    expect(viewOf(new URL(addressOf(view), 'http://localhost').search)).toEqual(view);
    expect(addressOf(BY_SCORE)).toBe('/');
  });

  it('leaves out what makes no sense', () => {
    expect(viewOf('?tier=BOILING&min=900&order=NONE&overdue=maybe&text=%20')).toEqual(BY_SCORE);
  });
});
