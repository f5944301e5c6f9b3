/** One subscriber on each transport and one client that changes leads, in one process so that one clock times all of them. */
import { setTimeout as delay } from 'node:timers/promises';
import { createClient as createSseClient } from 'graphql-sse';
import { createClient as createWebSocketClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { LEAD_CHANGED, RECORD_INTERACTION, requestBody } from '../documents.ts';
import { TRANSPORTS, type LiveFigures, type LiveJob, type Transport } from './jobs.ts';

/** A sample begins at no fixed distance from the one before, so that polling intervals do not fall into step with it. */
const PAUSE_MS = { min: 15, spread: 35 };
/** For a change of another kind (the new score) to pass, and for the subscriptions to stand. */
const SETTLE_MS = 500;
const TIMEOUT_MS = 10_000;

interface Result {
  readonly data?: { readonly leadChanged?: { readonly events: readonly string[] } } | null | undefined;
  readonly errors?: unknown;
}
interface Sink {
  next(result: Result): void;
  error(error: unknown): void;
  complete(): void;
}
type Subscribe = (operation: { query: string; variables: Record<string, unknown> }, sink: Sink) => () => void;

/** Hands out the time at which the next interaction arrives. */
function createEar(subscribe: Subscribe, leadId: string) {
  let waiting: PromiseWithResolvers<number> | null = null;
  const fail = (error: unknown): void => waiting?.reject(error);
  const stop = subscribe(
    { query: LEAD_CHANGED, variables: { id: leadId } },
    {
      next(result) {
        const atMs = performance.now();
        if (result.errors !== undefined) fail(new Error(JSON.stringify(result.errors)));
        // Its new score comes by the same subscription a little later.
        else if (result.data?.leadChanged?.events.includes('InteractionRecorded') === true) waiting?.resolve(atMs);
      },
      error: fail,
      complete: () => fail(new Error('the subscription ended')),
    },
  );
  return {
    stop,
    nextAtMs(): Promise<number> {
      waiting = Promise.withResolvers<number>();
      return waiting.promise;
    },
  };
}

function subscribers({ url, token }: LiveJob): Readonly<Record<Transport, Subscribe>> & { close(): void } {
  const sse = createSseClient({ url: `${url}/graphql`, headers: { authorization: `Bearer ${token}` } });
  const webSocket = createWebSocketClient({ url: `${url.replace('http', 'ws')}/graphql`, webSocketImpl: WebSocket, connectionParams: { token } });
  return {
    sse: (operation, sink) => sse.subscribe<NonNullable<Result['data']>>(operation, sink),
    websocket: (operation, sink) => webSocket.subscribe<NonNullable<Result['data']>>(operation, sink),
    close() {
      sse.dispose();
      void webSocket.dispose();
    },
  };
}

async function withDeadline<T>(promise: Promise<T>): Promise<T> {
  const timer = new AbortController();
  const late = delay(TIMEOUT_MS, undefined, { signal: timer.signal }).then(() => {
    throw new Error(`a change did not reach a subscriber within ${TIMEOUT_MS} ms`);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    timer.abort();
    // Ended on purpose by the line above.
    late.catch(() => undefined);
  }
}

async function change({ url, token }: LiveJob, leadId: string): Promise<void> {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
  const body = requestBody(RECORD_INTERACTION, { input: { leadId, kind: 'PAGE_VIEW', url: '/homes' } });
  const text = await (await fetch(`${url}/graphql`, { method: 'POST', headers, body })).text();
  if (!text.includes('"ACCEPTED"')) throw new Error(`a mutation was not accepted: ${text}`);
}

export async function runLive(job: LiveJob): Promise<LiveFigures> {
  const [leadId = ''] = job.leadIds;
  const clients = subscribers(job);
  const ears = TRANSPORTS.map((transport) => createEar(clients[transport], leadId));
  const receivedMs: Record<Transport, number[]> = { sse: [], websocket: [] };
  const acceptedMs: number[] = [];
  await delay(SETTLE_MS);
  for (let sample = 0; sample < job.samples; sample += 1) {
    const arrivals = ears.map((ear) => withDeadline(ear.nextAtMs()));
    const sentMs = performance.now();
    const accepted = change(job, leadId).then(() => acceptedMs.push(performance.now() - sentMs));
    const [times] = await Promise.all([Promise.all(arrivals), accepted]);
    TRANSPORTS.forEach((transport, at) => receivedMs[transport].push((times[at] ?? Number.NaN) - sentMs));
    await delay(PAUSE_MS.min + Math.random() * PAUSE_MS.spread);
  }
  ears.forEach((ear) => ear.stop());
  clients.close();
  return { receivedMs, acceptedMs };
}
