/** A subscription that goes on: over lost connections and restarts of the server, from where it was, so that nothing is missed. */
import type { AnyVariables, TypedDocumentNode } from 'urql';
import { codeOf, type Api } from './client.ts';

export interface Follow<Data> {
  /** Where to begin; absent: from now on. */
  readonly after?: string | null;
  readonly cursorOf: (data: Data) => string;
  readonly onNews: (data: Data) => void;
  /** What lies behind the cursor is gone: what is shown must be read again. */
  readonly onReload: () => void;
}

const FIRST_WAIT_MS = 400;
const LONGEST_WAIT_MS = 5_000;

/** Answers how to stop. */
export function follow<Data, Variables extends AnyVariables & { after?: string | null }>(
  { client, live }: Api,
  document: TypedDocumentNode<Data, Variables>,
  variables: Omit<Variables, 'after'>,
  { after, cursorOf, onNews, onReload }: Follow<Data>,
): () => void {
  let cursor = after ?? null;
  let failures = 0;
  let stopped = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let running: { unsubscribe(): void } | undefined;

  /** `atLeastMs`: a server that sends all its watchers away says when each of them is to come back. */
  const again = (atLeastMs: unknown): void => {
    running?.unsubscribe();
    if (stopped) return;
    const waitMs = Math.max(Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** failures), typeof atLeastMs === 'number' ? atLeastMs : 0);
    failures += 1;
    clearTimeout(timer);
    timer = setTimeout(start, waitMs * (0.75 + Math.random() / 2));
  };
  function start(): void {
    clearTimeout(timer);
    timer = undefined;
    running = client.subscription<Data, Variables>(document, { ...variables, after: cursor } as Variables).subscribe(({ data, error }) => {
      if (stopped) return;
      if (data && !error) {
        failures = 0;
        cursor = cursorOf(data);
        onNews(data);
        return;
      }
      const code = codeOf(error);
      const { cursor: given, retryAfterMs }: Record<string, unknown> = error?.graphQLErrors[0]?.extensions ?? {};
      if (code === 'RELOAD_REQUIRED' || code === 'RESUME_REQUIRED') cursor = typeof given === 'string' ? given : cursor;
      if (code === 'RELOAD_REQUIRED') onReload();
      again(retryAfterMs);
    });
  }
  // Whoever is first tries; once there is a connection, nobody waits any longer.
  const unlisten = live.state.subscribe(() => {
    if (live.state.get() !== 'live') return;
    failures = 0;
    if (timer !== undefined) start();
  });
  const onOnline = (): void => {
    if (timer !== undefined) start();
  };
  window.addEventListener('online', onOnline);
  start();
  return () => {
    stopped = true;
    clearTimeout(timer);
    unlisten();
    window.removeEventListener('online', onOnline);
    running?.unsubscribe();
  };
}
