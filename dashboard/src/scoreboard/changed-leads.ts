/** Reads again the shown leads that changed in other ways than by their score: one small query at a time, however much happens. */
import type { LeadCard } from '../api/lead-types.ts';

export interface ReadLeads {
  readonly leads: readonly LeadCard[];
  /** False where something went wrong: those that are not among the leads may be there. */
  readonly isWhole: boolean;
}
interface Options {
  readonly read: (ids: readonly string[]) => Promise<ReadLeads>;
  /** Null: not shown. */
  readonly versionOf: (id: string) => number | null;
  readonly wantsUnknown: () => boolean;
  readonly onLeads: (leads: readonly LeadCard[]) => void;
}
export interface ChangedLeads {
  add(news: { readonly id: string; readonly version: number }): void;
  stop(): void;
}

const WAIT_MS = 350;
/** Behind a read that failed: a server in trouble is not asked as often. */
const AGAIN_MS = 2_000;
const IDS_MAX = 50;

export function createChangedLeads({ read, versionOf, wantsUnknown, onLeads }: Options): ChangedLeads {
  const wanted = new Map<string, number>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isStopped = false;

  const isNeeded = (id: string, version: number): boolean => {
    const shown = versionOf(id);
    return shown === null ? wantsUnknown() : shown < version;
  };
  const want = (id: string, version: number): void => void wanted.set(id, Math.max(version, wanted.get(id) ?? 0));
  const wait = (ms: number): void => void (timer ??= setTimeout(() => void readNext(), ms));

  /** The next of those that wait; the score's own news brought some meanwhile. */
  function take(): Map<string, number> {
    const some = new Map<string, number>();
    for (const [id, version] of wanted) {
      if (some.size === IDS_MAX) break;
      wanted.delete(id);
      if (isNeeded(id, version)) some.set(id, version);
    }
    return some;
  }
  async function readNext(): Promise<void> {
    const asked = take();
    const { leads, isWhole } = asked.size === 0 ? { leads: [], isWhole: true } : await read([...asked.keys()]);
    if (isStopped) return;
    if (leads.length > 0) onLeads(leads);
    for (const { id } of leads) asked.delete(id);
    // Behind the others, so that none keeps them from being read.
    if (!isWhole) for (const [id, version] of asked) want(id, version);
    timer = undefined;
    if (wanted.size > 0) wait(isWhole ? WAIT_MS : AGAIN_MS);
  }

  return {
    add({ id, version }) {
      if (!id.startsWith('lead_') || !isNeeded(id, version)) return;
      want(id, version);
      wait(WAIT_MS);
    },
    stop() {
      isStopped = true;
      clearTimeout(timer);
    },
  };
}
