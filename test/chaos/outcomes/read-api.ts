/** What the API shows at the end: every receipt, every lead with its timeline, the complete list. */
import type { ApiClient } from '../api-client.ts';
import type { FinalReceipt, LeadView, TimelineLine } from '../checker/evidence.ts';
import { LEAD_FIELDS } from '../checker/lead-view.ts';

const PAGE = 100;
/** With its timeline a lead is hundreds of fields, and an operation has a limit of them. */
const LEADS_PER_REQUEST = 20;
const AT_ONCE = 4;

const RECEIPTS = 'query ($ids: [ID!]!) { nodes(ids: $ids) { ... on CommandReceipt { id status leadId version error { code } } } }';
const TIMELINE = `timeline(first: ${PAGE}, after: $after) { edges { node { version type details } } pageInfo { hasNextPage endCursor } }`;
const LEADS = `query ($ids: [ID!]!, $after: String) { nodes(ids: $ids) { ... on Lead { ${LEAD_FIELDS} ${TIMELINE} } } }`;
const MORE = `query ($id: ID!, $after: String) { lead(id: $id) { ${TIMELINE} } }`;
const LIST = `query ($after: String) { leads(first: ${PAGE}, after: $after, orderBy: CREATED_DESC) { edges { node { id version } } pageInfo { hasNextPage endCursor } } }`;

interface Timeline {
  readonly edges: readonly { readonly node: TimelineLine }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}
type LeadNode = LeadView & { readonly timeline: Timeline };
export interface FoundLead {
  readonly view: LeadView | null;
  readonly timeline: readonly TimelineLine[] | null;
}

const slices = <T>(items: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, at) => items.slice(at * size, (at + 1) * size));

async function inTurns<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (const some of slices(items, AT_ONCE)) results.push(...(await Promise.all(some.map(work))));
  return results;
}

export async function readReceipts(api: ApiClient, ids: readonly string[]): Promise<Map<string, FinalReceipt | null>> {
  const found = new Map<string, FinalReceipt | null>(ids.map((id) => [id, null]));
  await inTurns(slices(ids, PAGE), async (some) => {
    const { nodes } = await api.insist<{ nodes: (FinalReceipt | null)[] }>(RECEIPTS, { ids: some });
    for (const receipt of nodes) if (receipt !== null) found.set(receipt.id, receipt);
  });
  return found;
}

/** In the order of the ids. */
export async function readLeads(api: ApiClient, ids: readonly string[]): Promise<FoundLead[]> {
  const pages = await inTurns(slices(ids, LEADS_PER_REQUEST), async (some) => {
    const { nodes } = await api.insist<{ nodes: (LeadNode | null)[] }>(LEADS, { ids: some });
    return Promise.all(nodes.map((node) => wholeLead(api, node)));
  });
  return pages.flat();
}

async function wholeLead(api: ApiClient, node: LeadNode | null): Promise<FoundLead> {
  if (node === null) return { view: null, timeline: null };
  const { timeline, ...view } = node;
  const lines = timeline.edges.map(({ node }) => node);
  for (let page = timeline.pageInfo; page.hasNextPage;) {
    const { lead } = await api.insist<{ lead: { timeline: Timeline } | null }>(MORE, { id: view['id'], after: page.endCursor });
    if (lead === null) break;
    lines.push(...lead.timeline.edges.map(({ node }) => node));
    page = lead.timeline.pageInfo;
  }
  return { view, timeline: lines };
}

/** The version at each place where a lead stands, by its id. */
export async function readList(api: ApiClient): Promise<Map<string, number[]>> {
  interface Page {
    readonly leads: { readonly edges: readonly { readonly node: { id: string; version: number } }[]; readonly pageInfo: Timeline['pageInfo'] };
  }
  const found = new Map<string, number[]>();
  for (let after: string | null = null; ;) {
    const { leads }: Page = await api.insist<Page>(LIST, { after });
    for (const { node } of leads.edges) found.set(node.id, [...(found.get(node.id) ?? []), node.version]);
    if (!leads.pageInfo.hasNextPage) return found;
    after = leads.pageInfo.endCursor;
  }
}
