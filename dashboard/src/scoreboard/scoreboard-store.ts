/** The scoreboard while somebody is signed in: reads pages, follows the news, and keeps on while other pages are looked at. */
import { sentenceOf, type Api } from '../api/client.ts';
import { ACTIVITY, LEADS_BY_IDS, SCORE_CHANGED, SCOREBOARD, VIEWER } from '../api/documents.ts';
import { createStore, type Store } from '../api/external-store.ts';
import { follow } from '../api/follow.ts';
import type { LeadCard } from '../api/lead-types.ts';
import { EMPTY_BOARD, withChanges, withPage, type Board, type Change } from './board.ts';
import { createChangedLeads, type ReadLeads } from './changed-leads.ts';
import { createScorePace, type ScorePace } from './score-pace.ts';
import { isSameView, type View } from './view.ts';

export interface ScoreboardState {
  readonly view: View;
  readonly board: Board;
  /** What is being read: a view from its beginning, or its next page. */
  readonly reading: 'view' | 'more' | null;
  readonly problem: string | null;
}
export interface Scoreboard {
  readonly state: Store<ScoreboardState>;
  readonly pace: ScorePace;
  readonly show: (view: View) => void;
  readonly loadMore: () => void;
  readonly reload: () => void;
  readonly stop: () => void;
}

const PAGE = 50;
const LARGEST_PAGE = 100;
/** News within this time are shown together: a burst is one movement. */
const TOGETHER_MS = 80;

/** True where another change than a new score may bring a lead into view. */
const dependsOnMore = ({ filter, orderBy }: View): boolean =>
  orderBy !== 'SCORE_DESC' || Object.keys(filter).some((name) => name !== 'tier' && name !== 'minScore');

export function createScoreboard(api: Api): Scoreboard {
  const { client } = api;
  const state = createStore<ScoreboardState>({ view: { filter: {}, orderBy: 'SCORE_DESC' }, board: EMPTY_BOARD, reading: null, problem: null });
  const pace = createScorePace();
  const stops: (() => void)[] = [];
  let isShown = false;
  let isStopped = false;
  let reads = 0;
  let waiting: Change[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;

  const patch = (change: Partial<ScoreboardState>): void => state.set({ ...state.get(), ...change });

  function take(changes: readonly Change[]): void {
    waiting.push(...changes);
    timer ??= setTimeout(() => {
      timer = undefined;
      const { board, view } = state.get();
      patch({ board: withChanges(board, waiting, view) });
      waiting = [];
      // Rows left: the page that is shown is filled up again.
      if (state.get().board.boundary !== null && state.get().board.leads.length < PAGE) loadMore();
    }, TOGETHER_MS);
  }
  async function readLeads(ids: readonly string[]): Promise<ReadLeads> {
    const { data, error } = await client.query(LEADS_BY_IDS, { ids }, { requestPolicy: 'network-only' }).toPromise();
    return { leads: (data?.nodes ?? []).filter((node): node is LeadCard => node?.id !== undefined), isWhole: error === undefined };
  }
  const changedLeads = createChangedLeads({
    read: readLeads,
    versionOf: (id) => state.get().board.leads.find((lead) => lead.id === id)?.version ?? null,
    // A lead that is not shown may come into view.
    wantsUnknown: () => dependsOnMore(state.get().view),
    onLeads: (leads) => take(leads.map((lead) => ({ lead }))),
  });

  async function read(how: 'replace' | 'append', first: number): Promise<void> {
    const mine = ++reads;
    const { view, board } = state.get();
    patch({ reading: how === 'replace' ? 'view' : 'more' });
    const after = how === 'append' ? board.endCursor : null;
    const { data, error } = await client
      .query(SCOREBOARD, { filter: view.filter, orderBy: view.orderBy, first, after }, { requestPolicy: 'network-only' })
      .toPromise();
    // Another view was asked for meanwhile.
    if (mine !== reads || isStopped) return;
    if (data) patch({ board: withPage(state.get().board, data.leads, view, how), reading: null, problem: null });
    else patch({ reading: null, problem: error ? sentenceOf(error) : 'The server gave no answer.' });
  }
  function loadMore(): void {
    const { board, reading } = state.get();
    if (board.boundary !== null && reading === null) void read('append', PAGE);
  }
  const reload = (): void => void (isShown && read('replace', Math.min(LARGEST_PAGE, Math.max(PAGE, state.get().board.leads.length))));

  /** From where the news stood before the first page was read: what happens in between is told. */
  async function start(): Promise<void> {
    const { data } = await client.query(VIEWER, {}, { requestPolicy: 'network-only' }).toPromise();
    if (isStopped) return;
    const after = data?.viewer.liveCursor ?? null;
    stops.push(
      follow(
        api,
        SCORE_CHANGED,
        {},
        {
          after,
          cursorOf: ({ leadScoreChanged }) => leadScoreChanged.cursor,
          onNews({ leadScoreChanged: { lead, direction } }) {
            pace.count();
            take([{ lead, direction }]);
          },
          onReload: reload,
        },
      ),
      follow(api, ACTIVITY, {}, { after, cursorOf: ({ activity }) => activity.cursor, onNews: ({ activity }) => changedLeads.add(activity), onReload: reload }),
    );
  }
  // Before anybody looks at it: the page is connected wherever it is opened.
  const started = start();

  return {
    state,
    pace,
    show(view) {
      if (isShown && isSameView(view, state.get().view)) return;
      isShown = true;
      patch({ view, board: { ...state.get().board, boundary: null } });
      void (async () => {
        await started;
        await read('replace', PAGE);
      })();
    },
    loadMore,
    reload,
    stop() {
      isStopped = true;
      clearTimeout(timer);
      pace.stop();
      changedLeads.stop();
      for (const stop of stops) stop();
    },
  };
}
