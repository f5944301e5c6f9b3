import { lazy, Suspense, useEffect, useState, type ReactNode } from 'react';
import { LeadFormPage } from './form/lead-form-page.tsx';
import { ReceiptTray } from './form/receipt-tray.tsx';
import { LeadPage } from './lead/lead-page.tsx';
import { ScoreboardPage } from './scoreboard/scoreboard-page.tsx';
import { signInAs, takeSignInLink } from './session/demo-users.ts';
import { session, signOut } from './session/session-store.ts';
import { SignedIn } from './session/signed-in.tsx';
import { SignInView } from './session/sign-in-view.tsx';
import { Header } from './ui/header.tsx';
import { Link } from './ui/link.tsx';
import { routeOf, usePath } from './ui/router.ts';
import { useStore } from './ui/use-store.ts';

// Its charts' library is larger than the rest of the page.
const BoardPage = lazy(async () => ({ default: (await import('./board/board-page.tsx')).BoardPage }));

function NoPage() {
  return (
    <section className="card empty">
      <h1>There is no page here</h1>
      <p>
        <Link href="/">Back to the scoreboard</Link>
      </p>
    </section>
  );
}

function Page(): ReactNode {
  const route = routeOf(usePath());
  switch (route.page) {
    case 'scoreboard':
      return <ScoreboardPage />;
    case 'board':
      return (
        <Suspense fallback={null}>
          <BoardPage />
        </Suspense>
      );
    case 'lead':
      return <LeadPage key={route.id} id={route.id} />;
    case 'edit':
      return <LeadFormPage key={route.id} id={route.id} />;
    case 'create':
      return <LeadFormPage id={null} />;
    case 'unknown':
      return <NoPage />;
    default:
      return route satisfies never;
  }
}

/** Signs in by a link like `/#sign-in=admin`; true while that is on its way. */
function useSignInLink(onProblem: (sentence: string | null) => void): boolean {
  const [isSigningIn, setSigningIn] = useState(() => location.hash.startsWith('#sign-in='));
  useEffect(() => {
    const follow = async (): Promise<void> => {
      const user = takeSignInLink();
      if (user === null) return;
      setSigningIn(true);
      signOut();
      await signInAs(user).then(
        () => onProblem(null),
        (error: unknown) => onProblem(error instanceof Error ? error.message : String(error)),
      );
      setSigningIn(false);
    };
    const onHash = (): void => void follow();
    onHash();
    window.addEventListener('hashchange', onHash);
    return () => window.removeEventListener('hashchange', onHash);
  }, [onProblem]);
  return isSigningIn;
}

export function App() {
  const { token, reason } = useStore(session);
  const [problem, setProblem] = useState<string | null>(null);
  const isSigningIn = useSignInLink(setProblem);
  if (isSigningIn) return <p className="signing-in muted">Signing in…</p>;
  if (token === null) return <SignInView problem={problem ?? reason} />;
  return (
    <SignedIn key={token} token={token}>
      <Header />
      <main id="main" className="page">
        <Page />
      </main>
      <ReceiptTray />
    </SignedIn>
  );
}
