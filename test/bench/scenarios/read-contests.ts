/** What is asked of which servers: ours and the peers, each question with the one answer that all of them must give. */
import { getOperationAST, parse } from 'graphql';
import { compileOperation } from '../../../gateway/compiled/compile.ts';
import { createTextMemory } from '../../../gateway/compiled/texts.ts';
import { schema } from '../../../schema/schema.ts';
import { startServer, type Server } from '../children.ts';
import { BY_ID, INTROSPECTED, LIST, LIST_SIZE, listPage, requestBody, withIntrospection } from '../documents.ts';
import type { Questions } from '../load/jobs.ts';
import { allEdges, type Product } from '../product.ts';
import type { PeerAgent, PeerFile } from '../servers/peer-data.ts';

const OURS = 'this gateway';
/** The same process, asked so that it makes each answer anew: what a question costs that nobody asked before. */
const OURS_ANEW = 'this gateway, nothing kept';
const OURS_COLD = 'this gateway, no lead’s text kept';
const OURS_THROUGH = 'this gateway, through GraphQL itself';
export const BARE = 'bare node:http';
const MERCURIUS = 'mercurius + jit';
const YOGA = 'graphql-yoga';

export type Query = 'list' | 'by id' | 'list, cold' | 'list, through GraphQL' | 'by id, through GraphQL';

export interface Target {
  readonly name: string;
  readonly pid: number;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

export interface Contest {
  readonly query: Query;
  readonly requests: Questions;
  readonly targets: readonly Target[];
}

interface LeadAnswer {
  readonly id: string;
  readonly agent: PeerAgent | null;
}

export const SELECTION = '{ id name email stage tier score { value confidence source } agent { id name } updatedAt }';

export async function peerFile(product: Product): Promise<PeerFile> {
  const places = await allEdges<Record<string, unknown> & LeadAnswer>(product, SELECTION);
  const leads = places.map(({ node }) => node);
  const page = (from: number): string => {
    const edges = leads.slice(from, from + LIST_SIZE).map((node) => ({ node }));
    return JSON.stringify({ data: { leads: { edges, pageInfo: { hasNextPage: leads.length > from + LIST_SIZE } } } });
  };
  const starts = leads.flatMap((_lead, at) => (at % LIST_SIZE === 0 ? [at] : []));
  return {
    leads: leads.map(({ agent, ...lead }) => ({ ...lead, agentId: agent?.id ?? null })),
    agents: [...new Map(leads.flatMap(({ agent }) => (agent ? [[agent.id, agent] as const] : []))).values()],
    cursors: places.map(({ cursor }) => cursor),
    list: page(0),
    byId: Object.fromEntries(leads.map((lead) => [lead.id, JSON.stringify({ data: { lead } })])),
    pages: Object.fromEntries(starts.map((from) => [places[from - 1]?.cursor ?? '', page(from)])),
  };
}

export interface Peer {
  readonly name: string;
  readonly server: Server;
}

export async function startPeers(file: string): Promise<readonly Peer[]> {
  const start = async (name: string, script: string): Promise<Peer> => ({ name, server: await startServer({ file: `servers/${script}.ts`, args: [file] }) });
  return Promise.all([
    start(BARE, 'bare'),
    start(MERCURIUS, 'mercurius'),
    start(APOLLO, 'apollo'),
    start(YOGA, 'yoga'),
    start('graphql-yoga + its response cache', 'yoga-cached'),
    start('mercurius + jit + mercurius-cache', 'mercurius-cached'),
  ]);
}

const APOLLO = 'Apollo Server 5';

/** `bare`: where bare node:http has those answers. */
function targetOf({ name, server: { pid, url } }: Peer, bare: string): Target {
  const path = name === BARE ? bare : name === APOLLO ? '/' : '/graphql';
  return { name, pid, url: `${url}${path}`, headers: {} };
}

/**
 * Documents that ask for the list's pages, each in names of its own. Texts of views are remembered by selection, once it is among the last 16 that asked
 * for the view (gateway/compiled/texts.ts): in a turn through all pages of all of them none is. Texts of single values are, whoever asked for them first.
 */
const PHRASINGS = 32;

function coldRequests({ pages }: PeerFile): Pick<Contest['requests'], 'bodies' | 'answers'> {
  const phrasings = Array.from({ length: PHRASINGS }, (_, number) => listPage(number));
  // Every document soon comes once, so that all are compiled when it counts.
  const bodies = Object.keys(pages).flatMap((after) =>
    phrasings.map((document) => requestBody(document, { first: LIST_SIZE, after: after === '' ? null : after })),
  );
  return { bodies, answers: Object.values(pages) };
}

/** Throws where the document would be compiled. */
function leftToGraphql(text: string): string {
  const document = parse(text);
  const operation = getOperationAST(document);
  if (operation == null || compileOperation({ schema, document, operation, conditions: new Map(), texts: createTextMemory() }) !== null)
    throw new Error('a document that was to go through GraphQL itself is compiled');
  return text;
}

const introspected = (answer: string): string => {
  const { data } = JSON.parse(answer) as { data: object };
  return JSON.stringify({ data: { ...data, ...INTROSPECTED } });
};

export function contestsOf(data: PeerFile, product: Product, peers: readonly Peer[], tokens: readonly string[]): readonly Contest[] {
  const ids = Object.keys(data.byId);
  const byIdAnswers = Object.values(data.byId);
  const list = { kind: 'fixed', bodies: [requestBody(LIST, { first: LIST_SIZE })], answers: [data.list], tokens } as const;
  const byId = { kind: 'fixed', bodies: ids.map((id) => requestBody(BY_ID, { id })), answers: byIdAnswers, tokens } as const;
  const [listThrough, byIdThrough] = [leftToGraphql(withIntrospection(LIST)), leftToGraphql(withIntrospection(BY_ID))];

  const ours = (name: string, headers = {}): Target => ({ name, pid: product.pid, url: `${product.url}/graphql`, headers });
  const madeAnew = (name: string): Target => ours(name, { 'x-consistency-token': '' });
  const others = (bare: string, names: readonly string[] = peers.map(({ name }) => name)): Target[] =>
    peers.filter(({ name }) => names.includes(name)).map((peer) => targetOf(peer, bare));
  return [
    { query: 'list', requests: list, targets: [ours(OURS), madeAnew(OURS_ANEW), ...others('/list')] },
    { query: 'by id', requests: byId, targets: [ours(OURS), madeAnew(OURS_ANEW), ...others('/lead')] },
    {
      query: 'list, cold',
      requests: { kind: 'fixed', ...coldRequests(data), tokens, apart: true },
      targets: [madeAnew(OURS_COLD), ...others('/page', [BARE, MERCURIUS])],
    },
    {
      query: 'list, through GraphQL',
      requests: { ...list, bodies: [requestBody(listThrough, { first: LIST_SIZE })], answers: [introspected(data.list)] },
      targets: [madeAnew(OURS_THROUGH), ...others('', [YOGA])],
    },
    {
      query: 'by id, through GraphQL',
      requests: { ...byId, bodies: ids.map((id) => requestBody(byIdThrough, { id })), answers: byIdAnswers.map(introspected) },
      targets: [madeAnew(OURS_THROUGH), ...others('', [YOGA])],
    },
  ];
}
