/** Closed loop over keep-alive connections: each sends its next request when it has its answer. Every answer is checked. */
import { quantile } from '../statistics.ts';
import type { HttpFigures, HttpJob } from './jobs.ts';
import { leanConnection, type LeanAnswer } from './lean-connection.ts';

export interface Asking {
  /** The next request of that connection, counted from 0. */
  next(connection: number): Buffer | string;
  isRight(answer: LeanAnswer): boolean;
}

/** Rejects where a connection fails. */
export async function runHttp({ url, connections: count, seconds }: Omit<HttpJob, 'requests'>, asking: Asking): Promise<HttpFigures> {
  const connections = await Promise.all(Array.from({ length: count }, () => leanConnection(url)));
  const ms: number[] = [];
  let errors = 0;
  const startedMs = performance.now();
  const endMs = startedMs + seconds * 1_000;
  await Promise.all(
    connections.map(async (connection, number) => {
      for (let sentMs = performance.now(); sentMs < endMs;) {
        const answer = await connection.send(asking.next(number));
        const answeredMs = performance.now();
        ms.push(answeredMs - sentMs);
        sentMs = answeredMs;
        if (!asking.isRight(answer)) errors += 1;
      }
    }),
  ).finally(() => connections.forEach((connection) => connection.close()));
  const lastedSeconds = (performance.now() - startedMs) / 1_000;
  return { requestsPerSecond: ms.length / lastedSeconds, requests: ms.length, p50Ms: quantile(ms, 0.5), p99Ms: quantile(ms, 0.99), errors };
}
