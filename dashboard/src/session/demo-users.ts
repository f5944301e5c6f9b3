/** Signing in as a demo user: where the server allows it, which it does only on the machine that it runs on. */
import { signIn } from './session-store.ts';

export const DEMO_USERS = [
  { user: 'admin', name: 'Admin', about: 'sees and changes everything' },
  { user: 'manager', name: 'Manager', about: 'leads the agents' },
  { user: 'agent', name: 'Agent', about: 'works leads' },
] as const;

const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/;
const mayHaveDemoUsers = (): boolean => LOOPBACK.test(location.hostname);

async function askFor(user: string | null): Promise<Response> {
  return fetch('/dev/token', { method: 'POST', headers: { 'content-type': 'application/json' }, body: user === null ? '{}' : JSON.stringify({ user }) });
}

/** True where the server gives tokens to demo users. */
export async function hasDemoUsers(): Promise<boolean> {
  if (!mayHaveDemoUsers()) return false;
  try {
    const response = await askFor(null);
    await response.text();
    return response.ok;
  } catch {
    // The server cannot be reached: the person can still paste a token, and is told then.
    return false;
  }
}

/** Throws an Error with a sentence for the person. */
export async function signInAs(user: string): Promise<void> {
  const response = await askFor(user).catch(() => null);
  if (response === null) throw new Error('The server cannot be reached at the moment.');
  if (!response.ok) throw new Error(response.status === 404 ? 'This server has no demo users.' : `The server does not sign in a demo user named “${user}”.`);
  const body = (await response.json()) as { readonly token: string };
  signIn(body.token);
}

/** The user of a link like `/#sign-in=admin`, taken out of the address. */
export function takeSignInLink(): string | null {
  const user = new URLSearchParams(location.hash.slice(1)).get('sign-in');
  if (user !== null) history.replaceState(null, '', `${location.pathname}${location.search}`);
  return user;
}
