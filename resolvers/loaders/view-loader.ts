/** One kind of view: out of memory (L1) at once, else batched per tick and parsed once. */
import DataLoader from 'dataloader';
import { isId, type TenantId } from '../../domain/ids.ts';
import type { NearViews } from '../../platform/cache/near-views.ts';
import type { TagOf } from '../../platform/cache/view-tags.ts';
import type { MaybePromise } from '../maybe-promise.ts';
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
  readonly reads: Reads;
  readonly near: NearViews;
}

export interface ViewLoader<View> {
  load(id: string): MaybePromise<View | null>;
  /** The next one who asks for it reads anew. */
  forget(id: string): void;
  reset(): void;
}

/** Views in one batch at most; what a page and its children can need. */
const BATCH_MAX = 500;

export function createViewLoader<View extends object & { readonly version: number }>(options: ViewLoaderOptions): ViewLoader<View> {
  const { tenant, kind, floors, ready, near, reads } = options;
  let tagOf: TagOf | undefined;
  let batches: DataLoader<string, View | null> | undefined;
  const batched = () => (batches ??= new DataLoader((ids) => readBatch<View>(options, ids), { maxBatchSize: BATCH_MAX }));
  return {
    load(id) {
      // What cannot be an id of this kind is nowhere, and nothing is remembered of it.
      if (!isId(kind, id)) return batched().load(id);
      const tag = (tagOf ??= near.tagsOf(tenant, kind))(id);
      reads.tag(tag);
      // While tokens are being checked nobody knows what is new enough.
      const known = ready === undefined ? near.view(tag) : undefined;
      if (known === undefined || known.value.version < (floors.get(id) ?? 0)) return batched().load(id);
      reads.until(known.untilMs);
      return known.value.view as View;
    },
    forget: (id) => void batches?.clear(id),
    reset: () => void batches?.clearAll(),
  };
}

async function readBatch<View extends object>(options: ViewLoaderOptions, ids: readonly string[]): Promise<(View | null | Error)[]> {
  const { tenant, kind, floors, near, reads } = options;
  await options.ready;
  // What cannot be an id of this kind never reaches a store's keys.
  const wanted = ids
    .filter((id) => isId(kind, id))
    .map((id) => ({ tenant, kind, id, versionMin: Math.max(floors.get(id) ?? 0, near.versionOf({ tenant, kind, id })) }));
  const since = near.now();
  if (wanted.length > 0) reads.far();
  const found = await readViews(options.ports, wanted, options.timing.versionWaitMs);
  const byId = new Map<string, (typeof found)[number] | undefined>(wanted.map(({ id }, at) => [id, found[at]]));
  return ids.map((id) => {
    const stored = byId.get(id) ?? null;
    if (stored instanceof Error) return stored;
    if (stored === null) {
      if (isId(kind, id)) reads.missing(kind, id);
      return null;
    }
    const view = parseView<View>(stored.doc);
    if (reads.found(kind, id, stored.version)) near.keepView({ tenant, kind, id }, { version: stored.version, view }, stored.doc.length, since);
    return view;
  });
}
