import { useQuery } from 'urql';
import { VIEWER } from '../api/documents.ts';
import { signOut } from '../session/session-store.ts';
import { Connection } from './connection.tsx';
import { Link } from './link.tsx';
import { Logo } from './logo.tsx';
import { usePath } from './router.ts';
import { inWords } from './words.ts';

function Who() {
  const [{ data }] = useQuery({ query: VIEWER });
  if (!data) return null;
  const { id, tenant, roles } = data.viewer;
  return (
    <span className="who" data-testid="viewer" title={`Signed in until ${new Date(data.viewer.expiresAt).toLocaleString()}`}>
      <strong>{id}</strong>
      <span className="muted">
        {tenant} · {roles.map(inWords).join(', ')}
      </span>
    </span>
  );
}

export function Header() {
  const path = usePath();
  return (
    <header className="header">
      <a className="skip" href="#main">
        To the content
      </a>
      <Link href="/" className="home" aria-label="Lead Intelligence, to the scoreboard">
        <Logo />
      </Link>
      <nav aria-label="Main">
        <Link href="/" aria-current={path === '/' ? 'page' : undefined}>
          Scoreboard
        </Link>
        <Link href="/board" aria-current={path === '/board' ? 'page' : undefined} data-testid="to-board">
          Board
        </Link>
        <Link href="/new" aria-current={path === '/new' ? 'page' : undefined} data-testid="new-lead">
          New lead
        </Link>
      </nav>
      <div className="header-end">
        <Connection />
        <Who />
        <button type="button" className="button quiet" onClick={() => signOut()} data-testid="sign-out">
          Sign out
        </button>
      </div>
    </header>
  );
}
