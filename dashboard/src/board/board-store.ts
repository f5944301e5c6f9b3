/** The board while its page is open: read once, then as the news tell it. The newest hot leads are read again when their number moves. */
import { sentenceOf, type Api } from '../api/client.ts';
import type { BoardFigures, BoardRange } from '../api/board-types.ts';
import { BOARD, BOARD_CHANGED, VIEWER } from '../api/documents.ts';
import { createStore, type Store } from '../api/external-store.ts';
import { follow } from '../api/follow.ts';
import type { LeadCard } from '../api/lead-types.ts';

export interface BoardState {
  readonly board: BoardFigures | null;
  readonly newestHot: readonly LeadCard[];
  readonly problem: string | null;
}
export interface BoardStore {
  readonly state: Store<BoardState>;
  readonly reload: () => void;
  readonly stop: () => void;
}

const hotIn = (board: BoardFigures | null): number | undefined => board?.tiers.find(({ tier }) => tier === 'HOT')?.count;

export function createBoardStore(api: Api, range: BoardRange): BoardStore {
  const state = createStore<BoardState>({ board: null, newestHot: [], problem: null });
  let stopFollowing: (() => void) | undefined;
  let isStopped = false;

  async function read(): Promise<void> {
    const { data, error } = await api.client.query(BOARD, { range }, { requestPolicy: 'network-only' }).toPromise();
    if (isStopped) return;
    if (data) state.set({ board: data.board, newestHot: data.leads.edges.map(({ node }) => node), problem: null });
    else state.set({ ...state.get(), problem: error ? sentenceOf(error) : 'The server gave no answer.' });
  }
  function take(board: BoardFigures): void {
    const before = hotIn(state.get().board);
    state.set({ ...state.get(), board, problem: null });
    if (before !== hotIn(board)) void read();
  }
  /** From where the news stood before the board was read. */
  async function start(): Promise<void> {
    const { data } = await api.client.query(VIEWER, {}, { requestPolicy: 'network-only' }).toPromise();
    if (isStopped) return;
    const after = data?.viewer.liveCursor ?? null;
    stopFollowing = follow(
      api,
      BOARD_CHANGED,
      { range },
      {
        after,
        cursorOf: ({ boardChanged }) => boardChanged.cursor,
        onNews: ({ boardChanged }) => take(boardChanged.board),
        onReload: () => void read(),
      },
    );
    await read();
  }
  void start();

  return {
    state,
    reload: () => void read(),
    stop() {
      isStopped = true;
      stopFollowing?.();
    },
  };
}
