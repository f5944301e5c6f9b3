/** One kind of view, batched per tick and parsed once. */
import DataLoader from 'dataloader';
import { isId, type TenantId } from '../../domain/ids.ts';
import type { Timing } from '../ports.ts';
import type { Reads } from '../reads.ts';
import { parseView } from '../parse-view.ts';
import { readViews, type ViewPorts } from './read-views.ts';

export interface ViewLoaderOptions {
  readonly tenant: TenantId;
  readonly kind: 'lead' | 'property' | 'agent';
  readonly ports: ViewPorts;
  readonly timing: Timing;
  /** The least version that an answer may have, by id. */
  readonly floors: ReadonlyMap<string, number>;
  /** Settles once the floors of the request's tokens are known. */
  readonly ready: Promise<void> | undefined;
  readonly reads: Pick<Reads, 'found'>;
}

/** Views in one batch at most; what a page and its children can need. */
const BATCH_MAX = 500;

export function createViewLoader<View extends { readonly version: number }>(options: ViewLoaderOptions): DataLoader<string, View | null> {
  const { tenant, kind, floors, ready } = options;
  const loadBatch = async (ids: readonly string[]): Promise<(View | null | Error)[]> => {
    await ready;
    // What cannot be an id of this kind is nowhere; it never reaches a store's keys.
    const wanted = ids.filter((id) => isId(kind, id)).map((id) => ({ tenant, kind, id, versionMin: floors.get(id) ?? 0 }));
    const found = await readViews(options.ports, wanted, options.timing.versionWaitMs);
    const byId = new Map<string, (typeof found)[number] | undefined>(wanted.map(({ id }, at) => [id, found[at]]));
    return ids.map((id) => {
      const stored = byId.get(id) ?? null;
      if (stored === null || stored instanceof Error) return stored;
      options.reads.found(kind, id, stored.version);
      return parseView<View>(stored.doc);
    });
  };
  return new DataLoader(loadBatch, { maxBatchSize: BATCH_MAX });
}
