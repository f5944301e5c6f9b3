/**
 * Views that L2 does not have, computed once for all who ask for them meanwhile: in this process by joining the one who does, in other processes by a
 * lease in L2. Whoever has the lease computes and puts back; the others look again, for a while at most, and then compute as well. So a holder that dies
 * costs time and nothing else, and one that comes late does no harm: each put says its version, and an older one is refused.
 */
import { joinEqual, type Flights } from '../../platform/origin/one-flight.ts';
import type { StoredView } from '../../platform/read-models/read-models.ts';
import type { LeaseSettled, Turn, ViewLeases } from '../../platform/read-models/view-leases.ts';
import type { ApiError } from '../errors.ts';
import { within } from '../within.ts';
import { computeViews } from './compute-views.ts';
import { isEnough, type Answer, type Answers, type ViewPorts, type WantedView } from './wanted-view.ts';

/** Most views take some milliseconds; what takes longer than this is tried by somebody else as well. */
const LEASE_MS = 1_000;
/** Whoever waits pauses for less: all of them hear what came of it. */
const TOLD_MS = 500;
const WAIT_MAX_MS = 500;
/** One look at a lease: where that takes longer, computing is faster. */
const LOOK_MS = 400;
const PAUSE_MIN_MS = 10;
const PAUSE_MAX_MS = 100;

/**
 * In the order of `wanted`. What others computed may be a moment old; who wants more says so by its version. Others are waited for `waitMs` at most, and
 * never longer than half a second. Never rejects.
 */
export function shareViews(ports: ViewPorts, leases: ViewLeases, wanted: readonly WantedView[], waitMs: number): Promise<Answer[]> {
  return joinEqual(sharingOf(leases).flights, wanted, (fresh) => inTurn(ports, leases, fresh, Math.min(waitMs, WAIT_MAX_MS)));
}

/** Views since the start. */
export interface LeaseFacts {
  /** Computed here, with the lease. */
  readonly taken: number;
  /** Another process had the lease. */
  readonly waited: number;
  /** Of which nothing came in time: computed here, without the lease. */
  readonly givenUp: number;
}
export const leaseFactsOf = (leases: ViewLeases): LeaseFacts => sharingOf(leases).counts;

/** What the readers of a process have in common: its leases are made once. */
interface Sharing {
  readonly flights: Flights<StoredView | ApiError>;
  readonly counts: { -readonly [Fact in keyof LeaseFacts]: number };
}
const sharings = new WeakMap<ViewLeases, Sharing>();

function sharingOf(leases: ViewLeases): Sharing {
  const sharing = sharings.get(leases) ?? { flights: new Map(), counts: { taken: 0, waited: 0, givenUp: 0 } };
  sharings.set(leases, sharing);
  return sharing;
}

async function inTurn(ports: ViewPorts, leases: ViewLeases, wanted: readonly WantedView[], waitMs: number): Promise<Answer[]> {
  const { counts } = sharingOf(leases);
  const untilMs = performance.now() + waitMs;
  const parts: Promise<Answers>[] = [];
  let open = wanted;
  for (let pauseMs = PAUSE_MIN_MS; ; pauseMs = Math.min(pauseMs * 2, PAUSE_MAX_MS)) {
    const { mine, taken, done, unshared } = await whoseTurn(ports, leases, open);
    counts.taken += mine.length;
    if (open === wanted) counts.waited += taken.length;
    parts.push(computeForAll(ports, leases, mine), fromOthers(ports, done), computeAlone(ports, unshared));
    open = taken;
    if (open.length === 0) break;
    if (performance.now() + pauseMs > untilMs) {
      counts.givenUp += open.length;
      parts.push(computeAlone(ports, open));
      break;
    }
    await new Promise((resolve) => setTimeout(resolve, pauseMs * (0.5 + Math.random())));
  }
  const answers = new Map((await Promise.all(parts)).flatMap((part) => [...part]));
  return wanted.map(({ id }) => answers.get(id) ?? null);
}

interface Turns {
  readonly mine: readonly (WantedView & { readonly token: string })[];
  readonly taken: readonly WantedView[];
  readonly done: readonly (WantedView & { readonly version: number })[];
  readonly unshared: readonly WantedView[];
}

async function whoseTurn({ logger }: ViewPorts, leases: ViewLeases, wanted: readonly WantedView[]): Promise<Turns> {
  const turns = await within(LOOK_MS, leases.take(wanted, LEASE_MS)).catch((error: unknown): Turn[] => {
    logger.warn({ error: String(error), views: wanted.length }, 'leases cannot be taken; computing without them');
    return wanted.map(() => ({ state: 'UNSHARED' }));
  });
  const asked = wanted.map((ref, at): { ref: WantedView; turn: Turn } => ({ ref, turn: turns[at] ?? { state: 'UNSHARED' } }));
  return {
    mine: asked.flatMap(({ ref, turn }) => (turn.state === 'MINE' ? [{ ...ref, token: turn.token }] : [])),
    taken: asked.flatMap(({ ref, turn }) => (turn.state === 'TAKEN' ? [ref] : [])),
    done: asked.flatMap(({ ref, turn }) => (turn.state === 'DONE' ? [{ ...ref, version: turn.version }] : [])),
    unshared: asked.flatMap(({ ref, turn }) => (turn.state === 'UNSHARED' ? [ref] : [])),
  };
}

/** What another process put back a moment ago, or found to be nowhere. */
async function fromOthers(ports: ViewPorts, done: Turns['done']): Promise<Answers> {
  const answers = new Map<string, Answer>(done.map(({ id }) => [id, null]));
  const there = done.filter(({ version }) => version > 0);
  const stored = await storedOf(ports, there);
  there.forEach(({ id }, at) => answers.set(id, stored[at] ?? null));
  // It went away again.
  const gone = there.filter((ref, at) => !isEnough(stored[at], ref));
  return new Map([...answers, ...(await computeAlone(ports, gone))]);
}

async function storedOf({ readModels, logger }: ViewPorts, refs: readonly WantedView[]): Promise<readonly (StoredView | null)[]> {
  if (refs.length === 0) return [];
  return readModels.get(refs.map(({ tenant, kind, id }) => ({ tenant, kind, id }))).catch((error: unknown) => {
    logger.warn({ error: String(error), views: refs.length }, 'what others put back cannot be read; computing it again');
    return [];
  });
}

async function computeAlone(ports: ViewPorts, refs: readonly WantedView[]): Promise<Answers> {
  const answers = await computeViews(ports, refs);
  return new Map(refs.map(({ id }, at) => [id, answers[at] ?? null]));
}

async function computeForAll(ports: ViewPorts, leases: ViewLeases, mine: Turns['mine']): Promise<Answers> {
  if (mine.length === 0) return new Map();
  const answers = await computeAlone(ports, mine);
  const settled = mine.map(({ tenant, kind, id, token }): LeaseSettled => {
    const answer = answers.get(id);
    return { tenant, kind, id, token, version: answer instanceof Error ? null : (answer?.version ?? 0) };
  });
  // Nobody's answer waits for it: a lease that is not settled runs out.
  leases.settle(settled, TOLD_MS).catch((error: unknown) => ports.logger.warn({ error: String(error) }, 'leases could not be settled; they run out'));
  return answers;
}
