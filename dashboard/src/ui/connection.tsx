import type { ConnectionState } from '../api/live-socket.ts';
import { useDesk } from '../session/signed-in.tsx';
import { useStore } from './use-store.ts';

const WORDS: Readonly<Record<ConnectionState, readonly [word: string, meaning: string]>> = {
  connecting: ['Connecting…', 'The live connection is being made.'],
  live: ['Live', 'Changes show the moment they happen.'],
  reconnecting: ['Reconnecting…', 'The live connection was lost and is being made again. Nothing is missed.'],
  offline: ['Offline', 'There is no connection. What you see is what was last known; it goes on by itself.'],
};

/** How far what is shown can be trusted to be now. */
export function Connection() {
  const { live } = useDesk().api;
  const state = useStore(live.state);
  const [word, meaning] = WORDS[state];
  return (
    <span className={`connection connection-${state}`} role="status" aria-live="polite" title={meaning} data-testid="connection-state" data-state={state}>
      <span className="dot" aria-hidden="true" />
      {word}
    </span>
  );
}
