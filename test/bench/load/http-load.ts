/** Closed loop over keep-alive connections by autocannon: each connection sends its next request when it has its answer. Every answer is checked. */
import autocannon from 'autocannon';
import { withPlainNames } from '../documents.ts';
import type { HttpFigures, HttpJob, Questions } from './jobs.ts';

const SAMPLE_MS = 250;

type Source = Pick<autocannon.Options, 'requests' | 'setupClient' | 'verifyBody'>;

export async function runHttp(job: HttpJob, questions: Questions): Promise<HttpFigures> {
  const result = await autocannon({
    url: job.url,
    connections: job.connections,
    duration: job.seconds,
    method: 'POST',
    headers: headersOf(job),
    sampleInt: SAMPLE_MS,
    ...sourceOf(job, questions),
  });
  return {
    requestsPerSecond: result.requests.total / result.duration,
    requests: result.requests.total,
    p50Ms: result.latency.p50,
    p99Ms: result.latency.p99,
    errors: result.errors + result.non2xx + result.mismatches,
  };
}

const headersOf = ({ headers }: HttpJob): Record<string, string> => ({ 'content-type': 'application/json', ...headers });

function sourceOf(job: HttpJob, { bodies, tokens, apart = false, ...questions }: Questions): Source {
  const answers = new Set(questions.answers);
  const all = Array.from({ length: Math.max(bodies.length, tokens.length) }, (_, at) => ({
    body: bodies[at % bodies.length] ?? '',
    headers: { ...headersOf(job), authorization: `Bearer ${tokens[at % tokens.length]}` },
  }));
  return {
    ...(apart ? partsOf(all, job.connections) : { requests: all }),
    // One server of those compared ends its answers with a line end.
    verifyBody: (body) => answers.has(apart ? withPlainNames(String(body).trimEnd()) : String(body).trimEnd()),
  };
}

/** The library copies what it is given once for each connection, so it is given its part when it is there. */
function partsOf(all: readonly autocannon.Request[], connections: number): Pick<Source, 'requests' | 'setupClient'> {
  const size = Math.ceil(all.length / connections);
  let clients = 0;
  return {
    requests: all.slice(0, 1),
    setupClient(client) {
      const from = (clients % connections) * size;
      clients += 1;
      client.setRequests(all.slice(from, from + size));
    },
  };
}
