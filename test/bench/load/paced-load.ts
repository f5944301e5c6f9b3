/** Requests at fixed times, each answer checked and timed. */
import { setTimeout as delay } from 'node:timers/promises';
import { ADD_NOTE, NEWEST_LEADS, requestBody, VERSION_BY_ID } from '../documents.ts';
import type { KnownLead, KnownPage, PacedFigures, PacedJob, PacedRequests, PacedSample, PacedStream } from './jobs.ts';

const REQUEST_TIMEOUT_MS = 15_000;
/** Requests do not go out in step with anything that polls: up to this part of a period early or late. */
const JITTER = 0.4;

interface Answer {
  readonly addNote?: { readonly status: string; readonly version: number | null };
  readonly lead?: { readonly id: string; readonly email: string; readonly version: number } | null;
  readonly leads?: { readonly edges: readonly { readonly node: { readonly id: string } }[] };
}
type Ask = (document: string, variables: object) => Promise<Answer>;
/** Sends the n-th request; answers what was wrong with the answer, if anything. */
type Request = (n: number) => Promise<string | undefined>;

function asker({ url, token }: PacedJob): Ask {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
  return async (document, variables) => {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers,
      body: requestBody(document, variables),
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    });
    const { data, errors } = (await response.json()) as { data?: Answer | null; errors?: unknown };
    if (data == null || errors !== undefined) throw new Error(`${response.status}: ${JSON.stringify(errors)}`);
    return data;
  };
}

/** Versions that became VISIBLE, whichever job saw it: by lead. */
const known = new Map<string, number>();

function notes(ask: Ask, leadIds: readonly string[]): Request {
  return async (n) => {
    const leadId = leadIds[n % leadIds.length] ?? '';
    const { addNote } = await ask(ADD_NOTE, { input: { leadId, text: `Note ${n}` } });
    if (addNote?.status !== 'VISIBLE') return `a note was only ${addNote?.status}`;
    known.set(leadId, Math.max(known.get(leadId) ?? 0, addNote.version ?? 0));
    return undefined;
  };
}

/** An odd step through them meets every one. */
const STEP = 7_919;

function byId(ask: Ask, leads: readonly KnownLead[]): Request {
  return async (n) => {
    const wanted = leads[(n * STEP) % leads.length];
    if (wanted === undefined) return 'no leads to read';
    const oldest = Math.max(wanted.version, known.get(wanted.id) ?? 0);
    const { lead } = await ask(VERSION_BY_ID, { id: wanted.id });
    if (lead == null) return `${wanted.id} was not found`;
    if (lead.id !== wanted.id || lead.email !== wanted.email) return `${wanted.id} was answered by ${lead.id}, ${lead.email}`;
    return lead.version < oldest ? `${wanted.id} came in version ${lead.version} after ${oldest}` : undefined;
  };
}

function lists(ask: Ask, pages: readonly KnownPage[]): Request {
  return async (n) => {
    const page = pages[n % pages.length];
    if (page === undefined) return 'no pages to read';
    const { leads } = await ask(NEWEST_LEADS, { first: page.ids.length, after: page.after });
    const ids = leads?.edges.map(({ node }) => node.id) ?? [];
    return ids.join() === page.ids.join() ? undefined : `a page after ${page.after} held ${ids.length} leads, or others, not the ${page.ids.length} known ones`;
  };
}

function requestOf(ask: Ask, requests: PacedRequests): Request {
  if (requests.kind === 'notes') return notes(ask, requests.leadIds);
  return requests.kind === 'by id' ? byId(ask, requests.leads) : lists(ask, requests.pages);
}

async function sample(kind: PacedRequests['kind'], dueMs: number, request: Promise<string | undefined>): Promise<PacedSample> {
  const wrong = await request.catch((error: unknown) => `no answer: ${String(error)}`);
  const ms = performance.now() - dueMs;
  return wrong === undefined ? { kind, ms } : { kind, ms, wrong };
}

async function runStream({ perSecond, requests }: PacedStream, request: Request, signal: AbortSignal): Promise<PacedSample[]> {
  const periodMs = 1000 / perSecond;
  const startedMs = performance.now();
  const samples: Promise<PacedSample>[] = [];
  for (let n = 0; !signal.aborted; n += 1) {
    const dueMs = startedMs + (n + 1 + (Math.random() - 0.5) * JITTER) * periodMs;
    // Ends early where the job is stopped.
    await delay(Math.max(0, dueMs - performance.now()), undefined, { signal }).catch(() => undefined);
    if (!signal.aborted) samples.push(sample(requests.kind, dueMs, request(n)));
  }
  return Promise.all(samples);
}

export async function runPaced(job: PacedJob, stopped: AbortSignal): Promise<PacedFigures> {
  const signal = AbortSignal.any([stopped, AbortSignal.timeout(job.secondsMax * 1000)]);
  const ask = asker(job);
  const streams = await Promise.all(job.streams.map((stream) => runStream(stream, requestOf(ask, stream.requests), signal)));
  return { samples: streams.flat() };
}
