/** What the read model tests share: made-up leads, queries with defaults, reading a list to its end. */
import { randomUUID } from 'node:crypto';
import type { TenantId } from '../../domain/ids.ts';
import { tenantId } from '../../domain/ids.ts';
import type { IndexEntry } from '../../domain/views/index-entry.ts';
import type { ListPage, ListQuery, ReadModels, ViewPut } from '../../platform/read-models/read-models.ts';

/** Of its own for each case: no two ever meet in one Redis. */
export const newTenant = (): TenantId => tenantId(`test-${randomUUID()}`);

export const emptyIndex: IndexEntry = { facets: [], sorts: {}, fields: {}, words: [] };
export const pad = (number: number, width = 3): string => String(number).padStart(width, '0');

export interface SampleLead {
  readonly id: string;
  readonly score: number;
  readonly updated: string;
  readonly facets: readonly string[];
  readonly words: readonly string[];
}

const TIERS = ['HOT', 'WARM', 'COLD'];
const STAGES = ['NEW', 'CONTACTED', 'WON'];
const NAMES = ['ada', 'adam', 'berta', 'carl', 'dora'];

/** Leads with many ties in every order. */
export function sampleLeads(count: number): SampleLead[] {
  return Array.from({ length: count }, (_, n) => ({
    id: `lead_${pad(n, 5)}`,
    score: (n * 37) % 11,
    updated: `2026-01-${pad(1 + ((n * 5) % 9), 2)}T00:00:00.000Z`,
    facets: [`tier:${TIERS[n % 3] ?? ''}`, `stage:${STAGES[(n >> 1) % 3] ?? ''}`, ...(n % 4 === 0 ? ['tag:vip'] : [])],
    words: [NAMES[n % 5] ?? '', `zip${n % 7}`],
  }));
}

/** DUE is missing from every third: such leads are not in that list. */
export function indexOfSample({ score, updated, facets, words }: SampleLead, n: number): IndexEntry {
  const sorts = { SCORE: pad(score), UPDATED: updated, ...(n % 3 === 0 ? {} : { DUE: pad(99 - score) }) };
  return { facets, sorts, fields: { score, updated }, words };
}

export const putOf = (tenant: TenantId, id: string, version: number, index: IndexEntry | null = null): ViewPut => ({
  tenant,
  kind: 'lead',
  id,
  version,
  doc: JSON.stringify({ id, version }),
  index,
});
export const samplePut = (tenant: TenantId, lead: SampleLead, n: number, version = 1): ViewPut => putOf(tenant, lead.id, version, indexOfSample(lead, n));

export const queryOf = (tenant: TenantId, more: Partial<ListQuery> = {}): ListQuery => ({
  tenant,
  kind: 'lead',
  order: 'SCORE',
  direction: 'DESC',
  facets: [],
  where: [],
  words: [],
  first: 7,
  ...more,
});

/** Every page of a list, one after the other; `between` runs before each page but the first. */
export async function readPages(readModels: ReadModels, query: ListQuery, between?: () => Promise<void>): Promise<ListPage[]> {
  const pages = [await readModels.list(query)];
  for (let page = pages.at(-1); page?.hasNextPage; page = pages.at(-1)) {
    if (page.endCursor === null || pages.length > 5000) throw new Error('a page with more behind it must say where to go on');
    await between?.();
    pages.push(await readModels.list({ ...query, after: page.endCursor }));
  }
  return pages;
}
export async function readIds(readModels: ReadModels, query: ListQuery, between?: () => Promise<void>): Promise<string[]> {
  return (await readPages(readModels, query, between)).flatMap((page) => page.items.map((item) => item.id));
}

export const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));
/** The same other order every time. */
export const shuffled = <T>(items: readonly T[]): T[] =>
  items
    .map((item, at) => [(at * 7919) % 104_729, item] as const)
    .sort((a, b) => a[0] - b[0])
    .map(([, item]) => item);
