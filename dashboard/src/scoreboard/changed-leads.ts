/** Reads again the shown leads that changed in other ways than by their score: one small query at a time, however much happens. */
import type { Client } from 'urql';
import { LEADS_BY_IDS, type ActivityNews } from '../api/documents.ts';
import type { LeadCard } from '../api/lead-types.ts';

interface Options {
  /** Null: not shown. */
  readonly versionOf: (id: string) => number | null;
  readonly wantsUnknown: () => boolean;
  readonly onLeads: (leads: readonly LeadCard[]) => void;
}

const WAIT_MS = 350;
const IDS_MAX = 50;

export function createChangedLeads(client: Client, { versionOf, wantsUnknown, onLeads }: Options): { add(news: ActivityNews): void; stop(): void } {
  const wanted = new Map<string, number>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isStopped = false;

  const isNeeded = (id: string, version: number): boolean => {
    const shown = versionOf(id);
    return shown === null ? wantsUnknown() : shown < version;
  };
  async function read(): Promise<void> {
    // The score's own news brought some of them meanwhile.
    const ids = [...wanted].filter(([id, version]) => isNeeded(id, version)).map(([id]) => id);
    wanted.clear();
    const some = ids.slice(-IDS_MAX);
    if (some.length > 0) {
      const { data } = await client.query(LEADS_BY_IDS, { ids: some }, { requestPolicy: 'network-only' }).toPromise();
      if (isStopped) return;
      onLeads((data?.nodes ?? []).filter((node): node is LeadCard => node?.id !== undefined));
    }
    timer = undefined;
    if (wanted.size > 0) timer = setTimeout(() => void read(), WAIT_MS);
  }

  return {
    add({ id, version }) {
      if (!id.startsWith('lead_') || !isNeeded(id, version)) return;
      wanted.set(id, Math.max(version, wanted.get(id) ?? 0));
      timer ??= setTimeout(() => void read(), WAIT_MS);
    },
    stop() {
      isStopped = true;
      clearTimeout(timer);
    },
  };
}
