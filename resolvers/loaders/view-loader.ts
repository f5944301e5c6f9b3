/**
 * One kind of view: out of memory (L1) at once, else batched per tick and parsed once. Where nobody can be asked, what was read of it before, named
 * as old (docs/adr/0025).
 */
import DataLoader from 'dataloader';
import { isId, type TenantId } from '../../domain/ids.ts';
import type { Changes } from '../../platform/cache/changes.ts';
import type { Held } from '../../platform/cache/fenced-cache.ts';
import type { NearView, NearViews } from '../../platform/cache/near-views.ts';
import type { TagOf } from '../../platform/cache/view-tags.ts';
import { unavailable } from '../errors.ts';
import type { Explanation } from '../explanation.ts';
import type { MaybePromise } from '../maybe-promise.ts';
import type { Timing } from '../ports.ts';
import { createUnnotedReads, noteStale, type Reads } from '../reads.ts';
import { viewOf } from '../view-of.ts';
import { TooLateError, within } from '../within.ts';
import { readViews } from './read-views.ts';
import type { Refresher } from './refresher.ts';
import { servedVersionsOf } from './served-versions.ts';
import type { ViewPorts, WantedView } from './wanted-view.ts';

/** Of GatewayShared. */
export interface LoaderShared {
  readonly timing: Timing;
  readonly near: NearViews;
  readonly changes: Changes;
  readonly refresher: Refresher;
}

export interface ViewLoaderOptions {
  readonly tenant: TenantId;
  readonly kind: 'lead' | 'property' | 'agent';
  readonly ports: ViewPorts;
  readonly shared: LoaderShared;
  /** The least version that an answer may have, by id. */
  readonly floors: ReadonlyMap<string, number>;
  /** Settles once the floors of the request's tokens are known. */
  readonly ready: Promise<void> | undefined;
  readonly reads: Reads;
  readonly explanation?: Explanation | undefined;
}

export interface ViewLoader<View> {
  load(id: string): MaybePromise<View | null>;
  /** The next one who asks for it reads anew. */
  forget(id: string): void;
  reset(): void;
}

/** Views in one batch at most; what a page and its children can need. */
const BATCH_MAX = 500;
/** How long it is taken on trust that something is not there. */
const ABSENT_MS = 30_000;
const NO_FLOORS: ReadonlyMap<string, number> = new Map();

export function createViewLoader<View extends object & { readonly version: number }>(options: ViewLoaderOptions): ViewLoader<View> {
  const { tenant, kind, floors, ready, reads, explanation } = options;
  const { near } = options.shared;
  let tagOf: TagOf | undefined;
  let batches: DataLoader<string, View | null> | undefined;
  const batched = () => (batches ??= new DataLoader((ids) => readBatch<View>(options, ids), { maxBatchSize: BATCH_MAX }));
  return {
    load(id) {
      const tag = (tagOf ??= near.tagsOf(tenant, kind))(id);
      // What cannot be an id of this kind is nowhere, and nothing is remembered of it.
      if (tag === null) return batched().load(id);
      reads.tag(tag);
      // While tokens are being checked nobody knows what is new enough.
      const known = ready === undefined ? near.view(tag) : undefined;
      if (known === undefined || known.value.version < (floors.get(id) ?? 0)) return batched().load(id);
      const due = near.due(known);
      if (due !== 'NO' && !isReadAnew(options, id, tag) && due === 'ENDED') return batched().load(id);
      reads.until(known.untilMs);
      explanation?.note({ kind, id, layer: 'L1', version: known.value.version, ms: 0 });
      return known.value.view as View;
    },
    forget: (id) => void batches?.clear(id),
    reset: () => void batches?.clearAll(),
  };
}

/** Has it read anew behind the answers. False where that cannot be. */
function isReadAnew(options: ViewLoaderOptions, id: string, tag: string): boolean {
  const { tenant } = options;
  const { near, refresher, changes } = options.shared;
  return refresher.run(tag, async () => {
    const reads = createUnnotedReads(changes, tenant);
    reads.age.takesStale = false;
    const [found] = await readBatch({ ...options, floors: NO_FLOORS, ready: undefined, reads, explanation: undefined }, [id]);
    if (!(found instanceof Error)) return;
    near.withoutGrace([tag]);
    throw found;
  });
}

async function readBatch<View extends object>(options: ViewLoaderOptions, ids: readonly string[]): Promise<(View | null | Error)[]> {
  const { tenant, kind, floors, reads, explanation } = options;
  const { near, timing } = options.shared;
  await options.ready;
  // What cannot be an id of this kind never reaches a store's keys.
  const wanted = ids
    .filter((id) => isId(kind, id))
    .map((id) => ({ tenant, kind, id, versionMin: Math.max(floors.get(id) ?? 0, near.versionOf({ tenant, kind, id })) }));
  const since = near.now();
  if (wanted.length > 0) reads.far();
  const reading = readViews(options.ports, wanted, timing.versionWaitMs, (id, layer, version, ms) => explanation?.note({ kind, id, layer, version, ms }));
  const found = await inTime(options, wanted, reading);
  const byId = new Map<string, (typeof found)[number] | undefined>(wanted.map(({ id }, at) => [id, found[at]]));
  return ids.map((id) => {
    const stored = byId.get(id) ?? null;
    if (stored instanceof Error) return (giveHeld(options, id) as View | undefined) ?? stored;
    if (stored === null) {
      if (isId(kind, id) && reads.missing(kind, id)) reads.until(since.atMs + ABSENT_MS);
      return null;
    }
    const ref = { tenant, kind, id };
    const view = viewOf<View>(near, ref, stored);
    if (reads.found(kind, id, stored.version)) near.keepView(ref, { version: stored.version, view }, stored.doc.length, since);
    return view;
  });
}

/** Where something stands for all of them nobody waits long: stores that hang take seconds to fail. */
async function inTime(options: ViewLoaderOptions, wanted: readonly WantedView[], reading: ReturnType<typeof readViews>): ReturnType<typeof readViews> {
  if (wanted.length === 0 || !wanted.every(({ id }) => heldView(options, id) !== undefined)) return reading;
  return within(options.shared.timing.staleWaitMs, reading).catch((error: unknown) => {
    if (error instanceof TooLateError) return wanted.map(() => unavailable('this cannot be read at the moment', error));
    throw error;
  });
}

/** What was read of it before, where that is not older than what anybody was shown or promised since; undefined where there is none. */
function heldView({ tenant, kind, floors, shared: { near }, ports, reads }: ViewLoaderOptions, id: string): Held<NearView> | undefined {
  const tag = near.tagsOf(tenant, kind)(id);
  const held = reads.age.takesStale && tag !== null ? near.heldView(tag) : undefined;
  const ref = { tenant, kind, id };
  const versionMin = Math.max(floors.get(id) ?? 0, near.versionOf(ref), servedVersionsOf(ports.readModels).floorOf(ref));
  return held !== undefined && held.value.version >= versionMin ? held : undefined;
}

function giveHeld(options: ViewLoaderOptions, id: string): object | undefined {
  const { kind, reads, explanation } = options;
  const held = heldView(options, id);
  if (held === undefined) return undefined;
  noteStale(reads, held.readAtMs);
  options.shared.near.gaveHeld();
  explanation?.note({ kind, id, layer: 'STALE', version: held.value.version, ms: 0 });
  return held.value.view;
}
