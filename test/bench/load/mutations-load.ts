/** Closed loop of mutations, half new leads, half interactions with known ones; every answer must be a receipt that says ACCEPTED. */
import { CREATE_LEAD, RECORD_INTERACTION, requestBody } from '../documents.ts';
import { quantile } from '../statistics.ts';
import type { HttpFigures, HttpJob, Mutations } from './jobs.ts';
import { leanConnection } from './lean-connection.ts';

const ACCEPTED = /^\{"data":\{"\w+":\{"id":"cmd_[\w-]+","status":"ACCEPTED"\}\}\}\s*$/;

function bodyOf({ leadIds, run }: Mutations, number: number): string {
  if (number % 2 === 0) return requestBody(RECORD_INTERACTION, { input: { leadId: leadIds[number % leadIds.length], kind: 'PAGE_VIEW', url: '/homes' } });
  const email = `new.${run}.${number}@leads.example`;
  const input = { firstName: 'New', lastName: `Lead ${number}`, email, source: 'WEBSITE_FORM', intent: 'BUYER', madeUp: true };
  return requestBody(CREATE_LEAD, { input });
}

export async function runMutations(job: Omit<HttpJob, 'requests'>, mutations: Mutations): Promise<HttpFigures> {
  const headers = { 'content-type': 'application/json', ...job.headers };
  const connections = await Promise.all(Array.from({ length: job.connections }, () => leanConnection(job.url, headers)));
  const ms: number[] = [];
  let [sent, errors] = [0, 0];
  const startedMs = performance.now();
  const endMs = startedMs + job.seconds * 1_000;
  await Promise.all(
    connections.map(async (connection) => {
      for (let sentMs = performance.now(); sentMs < endMs; sentMs = performance.now()) {
        const { status, body } = await connection.post(bodyOf(mutations, (sent += 1)));
        ms.push(performance.now() - sentMs);
        if (status !== 200 || !ACCEPTED.test(body)) errors += 1;
      }
    }),
  ).finally(() => connections.forEach((connection) => connection.close()));
  const seconds = (performance.now() - startedMs) / 1_000;
  return { requestsPerSecond: ms.length / seconds, requests: ms.length, p50Ms: quantile(ms, 0.5), p99Ms: quantile(ms, 0.99), errors };
}
