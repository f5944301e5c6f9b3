import { useEffect, useState, type FormEvent } from 'react';
import { Logo } from '../ui/logo.tsx';
import { DEMO_USERS, hasDemoUsers, signInAs } from './demo-users.ts';
import { signIn } from './session-store.ts';

function DemoUsers({ onProblem }: { readonly onProblem: (sentence: string) => void }) {
  const choose = (user: string): void => void signInAs(user).catch((error: unknown) => onProblem(error instanceof Error ? error.message : String(error)));
  return (
    <section aria-labelledby="demo-users">
      <h2 id="demo-users">Look around as a demo user</h2>
      <ul className="demo-users">
        {DEMO_USERS.map(({ user, name, about }) => (
          <li key={user}>
            <button type="button" className="choice" onClick={() => choose(user)} data-testid={`sign-in-${user}`}>
              <strong>{name}</strong>
              <span>{about}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function TokenForm() {
  const [token, setToken] = useState('');
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (token.trim() !== '') signIn(token.trim());
  };
  return (
    <form onSubmit={submit} className="token-form">
      <label htmlFor="token">Sign in with a token of your brokerage</label>
      <textarea id="token" rows={3} value={token} spellCheck={false} autoComplete="off" onChange={(event) => setToken(event.target.value)} />
      <button type="submit" className="button" disabled={token.trim() === ''}>
        Sign in
      </button>
    </form>
  );
}

/** `problem`: why the person has to sign in (again). */
export function SignInView({ problem }: { readonly problem: string | null }) {
  const [hasDemo, setHasDemo] = useState(false);
  const [refused, setRefused] = useState<string | null>(null);
  useEffect(() => {
    let isShown = true;
    void hasDemoUsers().then((has) => isShown && setHasDemo(has));
    return () => void (isShown = false);
  }, []);
  const sentence = refused ?? problem;
  return (
    <main className="sign-in" data-testid="sign-in">
      <div className="card sign-in-card">
        <Logo />
        <h1>Know who to call next</h1>
        <p className="muted">Every lead scored, with the reasons, the moment something happens.</p>
        {sentence && (
          <p role="alert" className="notice notice-warn" data-testid="sign-in-problem">
            {sentence}
          </p>
        )}
        {hasDemo && <DemoUsers onProblem={setRefused} />}
        <TokenForm />
      </div>
    </main>
  );
}
