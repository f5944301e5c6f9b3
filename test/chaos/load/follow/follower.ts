/** One watcher of one lead: comes back with its cursor wherever it can, reads again what it shows when it is told to, and notes all of it. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Random } from '../../../../scripts/demo/random.ts';
import type { ApiClient } from '../../api-client.ts';
import type { Follow, FollowEntry } from '../../history.ts';
import type { Connect, FollowConnection, FollowResult } from './connection.ts';

export interface FollowerParts {
  readonly follow: Follow;
  readonly note: (entry: FollowEntry) => void;
  readonly api: Pick<ApiClient, 'ask'>;
  readonly connect: Connect;
  readonly ports: readonly number[];
  readonly token: string;
  readonly random: Random;
}

export interface Follower {
  readonly follow: Follow;
  /** Connected, and owes itself no reading. */
  isFollowing(): boolean;
  /** Since the last word from a gateway. */
  silentMs(): number;
  /** What it does and heard last, for people. */
  state(): string;
  end(): Promise<void>;
}

/** Before everything that a log can hold: whoever comes with it is told to reload, and from where to go on. */
const BEFORE_ALL = '000000000000001-0000000001';
const PAUSE_MS = { min: 20, max: 400 };
const LEAD = 'query ($id: ID!) { lead(id: $id) { version } }';

interface LeadAnswer {
  readonly lead: { readonly version: number } | null;
}

export function startFollower({ follow, note, api, connect, ports, token, random }: FollowerParts): Follower {
  const over = new AbortController();
  let cursor = BEFORE_ALL;
  let owesReading = false;
  let lastWord = 'nothing yet';
  let heardAtMs = performance.now();
  let connection: FollowConnection | undefined;
  let gateway = random.between(0, ports.length - 1);

  const onResult = (result: FollowResult): void => {
    heardAtMs = performance.now();
    lastWord = JSON.stringify(result);
    const { data, errors } = result;
    // Whoever has to read again does not listen before.
    if (over.signal.aborted || owesReading) return;
    const change = data?.leadChanged;
    if (change) {
      cursor = change.cursor;
      return note({ what: 'told', ...change });
    }
    const { code = 'NO_CODE', cursor: next } = errors?.[0]?.extensions ?? {};
    if (code === 'UNAUTHENTICATED') return;
    if (code === 'RELOAD_REQUIRED') note({ what: 'reload', cursor: next ?? '' });
    else if (code === 'RESUME_REQUIRED') note({ what: 'resume', cursor: next ?? null });
    else note({ what: 'untold', code });
    if (next !== undefined && next !== null) cursor = next;
    if (code !== 'RESUME_REQUIRED') {
      owesReading = true;
      // Whoever was not told of one change begins anew, so that what it reads is not older than where it goes on.
      connection?.leave();
    }
  };

  async function readAgain(): Promise<void> {
    while (owesReading && !over.signal.aborted) {
      const answer = await api.ask<LeadAnswer>(gateway, LEAD, { id: follow.leadId }).catch((error: unknown) => ({ data: null, error: String(error) }));
      lastWord = JSON.stringify(answer);
      if (answer.data && !answer.errors && !answer.extensions?.freshness) {
        note({ what: 'state', version: answer.data.lead?.version ?? null });
        owesReading = false;
      } else {
        await pause();
        gateway = random.between(0, ports.length - 1);
      }
    }
  }
  const pause = (): Promise<void> => delay(random.between(PAUSE_MS.min, PAUSE_MS.max), undefined, { signal: over.signal }).catch(() => undefined);

  async function run(): Promise<void> {
    while (!over.signal.aborted) {
      connection = connect({ port: ports[gateway] ?? 0, token, leadId: follow.leadId, after: cursor, onResult });
      await connection.ended;
      connection = undefined;
      if (owesReading) await readAgain();
      else await pause();
      gateway = random.between(0, ports.length - 1);
    }
  }
  const running = run();
  return {
    follow,
    isFollowing: () => connection !== undefined && !owesReading,
    silentMs: () => performance.now() - heardAtMs,
    state: () =>
      `${owesReading ? 'has to read again' : connection ? 'follows' : 'comes back'} at gateway ${gateway}, heard a word ${Math.round(performance.now() - heardAtMs)} ms ago, the last was ${lastWord}`,
    async end() {
      over.abort();
      connection?.leave();
      await running;
    },
  };
}
