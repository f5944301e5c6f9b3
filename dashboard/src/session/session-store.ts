/** Who is signed in, kept for this tab only. */
import { createStore } from '../api/external-store.ts';

export interface Session {
  readonly token: string | null;
  /** Why somebody was signed out; null where they did it themselves. */
  readonly reason: string | null;
}

const KEY = 'lead-intelligence:token';
const store = createStore<Session>({ token: sessionStorage.getItem(KEY), reason: null });

export const session = { get: store.get, subscribe: store.subscribe };

export function signIn(token: string): void {
  sessionStorage.setItem(KEY, token);
  store.set({ token, reason: null });
}

export function signOut(reason: string | null = null): void {
  if (store.get().token === null) return;
  sessionStorage.removeItem(KEY);
  store.set({ token: null, reason });
}
