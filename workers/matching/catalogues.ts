/**
 * The catalogue of each tenant: read from the views on first use, then kept fresh by this process's own property events and, for what other
 * processes handle, by the live bus. It is read anew now and then, so that whatever was missed does not stay missed.
 */
import { LRUCache } from 'lru-cache';
import type { TenantId } from '../../domain/ids.ts';
import type { Property } from '../../domain/property/property.ts';
import { statusFacet } from '../../domain/views/index-names.ts';
import type { Delivered, LiveBus } from '../../platform/live-bus/live-bus.ts';
import type { ReadModels, ViewRef } from '../../platform/read-models/read-models.ts';
import type { Logger } from '../../platform/telemetry/logger.ts';
import { createCatalogue, type Catalogue } from './catalogue.ts';

/** Catalogues kept: tenants beyond that are read again when they come up. */
const TENANTS_MAX = 200;
const FRESH_MS = 600_000;
const PAGE = 500;

export interface Catalogues {
  /** Rejects where the views cannot be read; the next call tries again. */
  of(tenant: TenantId): Promise<Catalogue>;
  stop(): Promise<void>;
  facts(): { readonly catalogues: number; readonly homes: number };
}

interface Kept {
  readonly catalogue: Catalogue;
  readonly loaded: Promise<void>;
}
type Ports = { readonly readModels: Pick<ReadModels, 'list' | 'get'>; readonly liveBus: Pick<LiveBus, 'subscribe'>; readonly logger: Logger };

async function load(readModels: Ports['readModels'], tenant: TenantId, catalogue: Catalogue): Promise<void> {
  for (let after: string | undefined; ;) {
    const page = await readModels.list({
      tenant,
      kind: 'property',
      order: 'LISTED',
      direction: 'ASC',
      facets: [statusFacet('ACTIVE')],
      where: [],
      words: [],
      first: PAGE,
      after,
    });
    for (const { doc } of page.items) catalogue.apply(JSON.parse(doc) as Property);
    if (!page.hasNextPage) return;
    after = page.endCursor ?? undefined;
  }
}

export async function startCatalogues({ readModels, liveBus, logger }: Ports): Promise<Catalogues> {
  const kept = new LRUCache<TenantId, Kept>({ max: TENANTS_MAX, ttl: FRESH_MS });
  let news: ViewRef[] = [];
  let fetching: Promise<void> | null = null;

  /** What changed elsewhere is fetched together; where that fails the catalogues it touches are read anew when they are next used. */
  async function fetchNews(): Promise<void> {
    while (news.length > 0) {
      const refs = news.splice(0, PAGE);
      try {
        const views = await readModels.get(refs);
        views.forEach((view, index) => {
          const tenant = refs[index]?.tenant;
          if (view && tenant) kept.peek(tenant)?.catalogue.apply(JSON.parse(view.doc) as Property);
        });
      } catch (error) {
        logger.warn({ error, homes: refs.length }, 'homes that changed elsewhere could not be read; their catalogues are read anew');
        for (const { tenant } of refs) kept.delete(tenant);
      }
    }
    fetching = null;
  }

  function onMessage({ tenant, kind, id, version }: Delivered): void {
    if (kind !== 'property') return;
    const catalogue = kept.peek(tenant)?.catalogue;
    if (!catalogue || catalogue.versionOf(id as Property['id']) >= version) return;
    news.push({ tenant, kind, id });
    fetching ??= Promise.resolve().then(fetchNews);
  }

  const subscription = await liveBus.subscribe(onMessage);

  return {
    async of(tenant) {
      const known = kept.get(tenant);
      if (known) return known.loaded.then(() => known.catalogue);
      const catalogue = createCatalogue();
      const loaded = load(readModels, tenant, catalogue);
      kept.set(tenant, { catalogue, loaded });
      try {
        await loaded;
      } catch (error) {
        kept.delete(tenant);
        throw error;
      }
      return catalogue;
    },
    async stop() {
      await subscription.stop();
      news = [];
      await fetching;
    },
    facts: () => ({ catalogues: kept.size, homes: [...kept.values()].reduce((sum, { catalogue }) => sum + catalogue.size, 0) }),
  };
}
