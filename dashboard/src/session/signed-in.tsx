/** What every page of a signed-in person needs. */
import { createContext, useContext, useEffect, useState, type ReactNode } from 'react';
import { Provider } from 'urql';
import { createApi, type Api } from '../api/client.ts';
import { createReceipts, type Receipts } from '../form/receipts-store.ts';
import { createScoreboard, type Scoreboard } from '../scoreboard/scoreboard-store.ts';
import { signOut } from './session-store.ts';

export interface Desk {
  readonly api: Api;
  readonly scoreboard: Scoreboard;
  readonly receipts: Receipts;
}

const DeskContext = createContext<Desk | null>(null);
const REFUSED = 'Your session has ended, or the token was not accepted. Please sign in again.';

export function useDesk(): Desk {
  const desk = useContext(DeskContext);
  if (desk === null) throw new Error('this component is only for people who are signed in');
  return desk;
}

function open(token: string): Desk {
  const api = createApi(token, () => signOut(REFUSED));
  return { api, scoreboard: createScoreboard(api), receipts: createReceipts(api.client) };
}

/** Give it the token as its key: another person gets another desk. */
export function SignedIn({ token, children }: { readonly token: string; readonly children: ReactNode }) {
  const [desk, setDesk] = useState<Desk | null>(null);
  useEffect(() => {
    const opened = open(token);
    setDesk(opened);
    return () => {
      opened.scoreboard.stop();
      opened.receipts.stop();
      opened.api.live.close();
    };
  }, [token]);
  if (desk === null) return null;
  return (
    <DeskContext value={desk}>
      <Provider value={desk.api.client}>{children}</Provider>
    </DeskContext>
  );
}
