/** The pages and their addresses. */
import { useSyncExternalStore } from 'react';

export type Route =
  | { readonly page: 'scoreboard' }
  | { readonly page: 'board' }
  | { readonly page: 'lead'; readonly id: string }
  | { readonly page: 'edit'; readonly id: string }
  | { readonly page: 'create' }
  | { readonly page: 'unknown' };

export function routeOf(path: string): Route {
  const [first, id, last, ...rest] = path.split('/').filter(Boolean);
  if (first === undefined) return { page: 'scoreboard' };
  if (first === 'board' && id === undefined) return { page: 'board' };
  if (first === 'new' && id === undefined) return { page: 'create' };
  if (first === 'lead' && id !== undefined && rest.length === 0) {
    if (last === undefined) return { page: 'lead', id };
    if (last === 'edit') return { page: 'edit', id };
  }
  return { page: 'unknown' };
}

const CHANGED = 'lead-intelligence:address';

export function navigate(address: string, how: 'push' | 'replace' = 'push'): void {
  if (how === 'push') history.pushState(null, '', address);
  else history.replaceState(null, '', address);
  window.dispatchEvent(new Event(CHANGED));
}

function onAddress(listener: () => void): () => void {
  window.addEventListener('popstate', listener);
  window.addEventListener(CHANGED, listener);
  return () => {
    window.removeEventListener('popstate', listener);
    window.removeEventListener(CHANGED, listener);
  };
}

export const useAddress = (): string => useSyncExternalStore(onAddress, () => `${location.pathname}${location.search}`);
export const usePath = (): string => useSyncExternalStore(onAddress, () => location.pathname);
export { onAddress };
