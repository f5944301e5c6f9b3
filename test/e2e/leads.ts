/** What the e2e tests ask of the API. */
import { expect, vi } from 'vitest';
import type { Api } from '../support/api.ts';
import { DEADLINE } from '../support/program.ts';

export interface Receipt {
  readonly id: string;
  readonly status: 'ACCEPTED' | 'APPLIED' | 'VISIBLE' | 'REJECTED' | 'DEAD_LETTERED';
  readonly leadId: string;
  readonly version: number | null;
  readonly error: { readonly code: string; readonly field: string | null } | null;
}
export interface Score {
  readonly value: number;
  readonly source: 'AI' | 'RULES' | 'STALE';
  readonly degraded: boolean;
  readonly modelVersion: string;
  readonly reasons: readonly string[];
}
export interface Lead {
  readonly id: string;
  readonly name: string;
  readonly email: string | null;
  readonly version: number;
  readonly score: Score | null;
}
export interface TimelineEntry {
  readonly type: string;
  readonly version: number;
  readonly details: Readonly<Record<string, unknown>>;
}
interface Connection<T> {
  readonly edges: readonly { readonly node: T }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

const RECEIPT = 'id status leadId version error { code field }';
const LEAD = 'id name email version score { value source degraded modelVersion reasons }';
const PAGE = 100;

export const CREATE_LEAD = `mutation ($input: CreateLeadInput!, $key: String, $wait: WaitFor) { receipt: createLead(input: $input, idempotencyKey: $key, wait: $wait) { ${RECEIPT} } }`;
export const ADD_NOTE = `mutation ($input: AddNoteInput!, $key: String, $wait: WaitFor) { receipt: addNote(input: $input, idempotencyKey: $key, wait: $wait) { ${RECEIPT} } }`;
export const SCORE_CHANGED =
  'subscription ($filter: LeadScoreFilter, $after: String) { leadScoreChanged(filter: $filter, after: $after) { score previous direction lead { id score { value source } } } }';

/** A mutation by one of the documents above, to be seen everywhere. */
export async function carryOut(api: Api, mutation: string, input: object, key?: string): Promise<Receipt> {
  const { receipt } = await api.data<{ receipt: Receipt }>(mutation, { input, key, wait: 'VISIBLE' });
  expect(receipt).toMatchObject({ status: 'VISIBLE', error: null });
  return receipt;
}

export async function readLead(api: Api, id: string): Promise<Lead | null> {
  return (await api.data<{ lead: Lead | null }>(`query ($id: ID!) { lead(id: $id) { ${LEAD} } }`, { id })).lead;
}

/** The lead once it has a score that fits. */
export async function untilScored(api: Api, id: string, fits: (score: Score) => boolean = () => true): Promise<Score> {
  return await vi.waitFor(async () => {
    const score = (await readLead(api, id))?.score ?? null;
    if (score === null || !fits(score)) throw new Error(`the score of ${id} is ${JSON.stringify(score)}`);
    return score;
  }, DEADLINE);
}

/** Oldest first, the first hundred. */
export async function readTimeline(api: Api, id: string): Promise<readonly TimelineEntry[]> {
  const query = `query ($id: ID!) { lead(id: $id) { timeline(first: ${PAGE}) { edges { node { type version details } } } } }`;
  const { lead } = await api.data<{ lead: { timeline: Connection<TimelineEntry> } }>(query, { id });
  return lead.timeline.edges.map(({ node }) => node).toReversed();
}

/** Every node of a list, page by page. */
async function allPages<T>(api: Api, field: string, fields: string, filter: object): Promise<T[]> {
  const type = field === 'leads' ? 'LeadFilter' : 'PropertyFilter';
  const query = `query ($after: String, $filter: ${type}) { list: ${field}(first: ${PAGE}, after: $after, filter: $filter, orderBy: ${field === 'leads' ? 'CREATED_DESC' : 'LISTED_DESC'}) { edges { node { ${fields} } } pageInfo { hasNextPage endCursor } } }`;
  const nodes: T[] = [];
  for (let after: string | null = null; ;) {
    const { list }: { list: Connection<T> } = await api.data(query, { after, filter });
    nodes.push(...list.edges.map(({ node }) => node));
    if (!list.pageInfo.hasNextPage) return nodes;
    after = list.pageInfo.endCursor;
  }
}

export const listLeads = (api: Api, filter: object = {}): Promise<Lead[]> => allPages(api, 'leads', LEAD, filter);
export const listProperties = (api: Api): Promise<{ readonly id: string; readonly externalId: string }[]> => allPages(api, 'properties', 'id externalId', {});
