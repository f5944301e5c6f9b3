/**
 * Watchers in teams: all of a team follow the same lead, over both transports and through whichever gateway takes them, so that what one of them heard
 * says what the others had to. After a while a team goes on to a newer lead; the last one it follows until nothing moves any more.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Random } from '../../../../scripts/demo/random.ts';
import type { ApiClient } from '../../api-client.ts';
import type { Follow, History } from '../../history.ts';
import type { KnownLead, World } from '../world.ts';
import { startFollower, type Follower } from './follower.ts';
import { connectSocket } from './socket.ts';
import { connectSse } from './sse.ts';

export interface TeamsParts {
  readonly watchers: number;
  readonly api: ApiClient;
  readonly history: History;
  readonly world: World;
  readonly ports: readonly number[];
  /** Of several people: one person may not have so many subscriptions. */
  readonly tokens: readonly string[];
  readonly randomOf: (team: number) => Random;
  /** Aborted when the load ends: nobody goes on to another lead. */
  readonly stop: AbortSignal;
}

export interface Teams {
  /** Once nothing moves: waits until everybody is connected and hears nothing any more, then ends them. Who did not in time, and what they did instead. */
  settle(): Promise<readonly string[]>;
  end(): Promise<void>;
}

const TEAM = 5;
const TRANSPORTS = { sse: connectSse, websocket: connectSocket } as const;
const TERM_MS = { min: 30_000, max: 90_000 };
const LOOK_EVERY_MS = 200;
const STILL_MS = 3_000;
const SETTLED_WITHIN_MS = 60_000;

export function startTeams(parts: TeamsParts): Teams {
  const followers = new Set<Follower>();
  const teams = Array.from({ length: Math.ceil(parts.watchers / TEAM) }, (_, team) => runTeam(parts, team, followers));
  const end = async (): Promise<void> => {
    await Promise.all([...followers].map((follower) => follower.end()));
  };
  return {
    async settle() {
      await Promise.all(teams);
      const untilMs = performance.now() + SETTLED_WITHIN_MS;
      const moving = (): Follower[] => [...followers].filter((one) => !one.isFollowing() || one.silentMs() <= STILL_MS);
      while (moving().length > 0 && performance.now() < untilMs) await delay(LOOK_EVERY_MS);
      const unsettled = moving().map((one) => `${one.follow.watcher}, ${one.follow.transport}: ${one.state()}`);
      for (const { follow } of followers) follow.toTheEnd = unsettled.length === 0;
      await end();
      return unsettled;
    },
    end,
  };
}

/** Resolves when the load has ended; its followers of then go on. */
async function runTeam(parts: TeamsParts, team: number, followers: Set<Follower>): Promise<void> {
  const { world, stop } = parts;
  const random = parts.randomOf(team);
  while (!stop.aborted) {
    const lead = world.newestLead(random);
    if (lead === undefined) {
      await delay(LOOK_EVERY_MS, undefined, { signal: stop }).catch(() => undefined);
      continue;
    }
    lead.watched += 1;
    const own = startMembers(parts, { team, lead, random });
    own.forEach((follower) => followers.add(follower));
    await delay(random.between(TERM_MS.min, TERM_MS.max), undefined, { signal: stop }).catch(() => undefined);
    if (stop.aborted) return;
    await Promise.all(own.map((follower) => follower.end()));
    own.forEach((follower) => followers.delete(follower));
    lead.watched -= 1;
  }
}

function startMembers(
  { watchers, api, history, ports, tokens }: TeamsParts,
  { team, lead, random }: { readonly team: number; readonly lead: KnownLead; readonly random: Random },
): Follower[] {
  const size = Math.min(TEAM, watchers - team * TEAM);
  return Array.from({ length: size }, (_, member) => {
    const number = team * TEAM + member;
    const transport = number % 2 === 0 ? 'sse' : 'websocket';
    const follow: Follow = { watcher: `w${number}`, transport, leadId: lead.id, entries: [], toTheEnd: false };
    history.follows.push(follow);
    const token = tokens[number % tokens.length] ?? '';
    const note = (entry: Follow['entries'][number]): void => history.followed(follow, entry);
    return startFollower({ follow, note, api, connect: TRANSPORTS[transport], ports, token, random });
  });
}
