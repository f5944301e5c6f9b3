/** Everything of one lead, kept fresh while it is looked at. */
import { useCallback, useEffect, useRef } from 'react';
import { useQuery } from 'urql';
import { sentenceOf } from '../api/client.ts';
import { LEAD_CHANGED, LEAD_HUB, VIEWER } from '../api/documents.ts';
import type { HubLead } from '../api/hub-types.ts';
import { follow } from '../api/follow.ts';
import { useDesk } from '../session/signed-in.tsx';

export interface LeadHub {
  readonly lead: HubLead | null;
  /** Why there is nothing (or nothing newer). */
  readonly problem: string | null;
  readonly isReading: boolean;
}

/** News within this time are read at once: a command and the score after it, say. */
const TOGETHER_MS = 120;

export function useLeadHub(id: string): LeadHub {
  const { api } = useDesk();
  const { client } = api;
  const [{ data, error, fetching }, execute] = useQuery({ query: LEAD_HUB, variables: { id }, requestPolicy: 'cache-and-network' });
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const refresh = useCallback(() => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => execute({ requestPolicy: 'network-only' }), TOGETHER_MS);
  }, [execute]);

  useEffect(() => {
    let stop: (() => void) | null = null;
    let isShown = true;
    const start = async (): Promise<void> => {
      const { data: now } = await client.query(VIEWER, {}, { requestPolicy: 'network-only' }).toPromise();
      if (!isShown) return;
      stop = follow(
        api,
        LEAD_CHANGED,
        { id },
        {
          after: now?.viewer.liveCursor ?? null,
          cursorOf: ({ leadChanged }) => leadChanged.cursor,
          onNews: refresh,
          onReload: refresh,
        },
      );
      // What was read before that cursor may be older than it.
      refresh();
    };
    void start();
    return () => {
      isShown = false;
      clearTimeout(timer.current);
      stop?.();
    };
  }, [api, client, id, refresh]);

  const lead = data?.lead ?? null;
  const isGone = data !== undefined && lead === null;
  return { lead, isReading: fetching, problem: error ? sentenceOf(error) : isGone ? 'There is no such lead, or it is not one of your brokerage.' : null };
}
