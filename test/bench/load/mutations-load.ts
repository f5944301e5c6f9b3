/** Mutations, half new leads, half interactions with known ones; every answer must be a receipt that says ACCEPTED. */
import { CREATE_LEAD, RECORD_INTERACTION, requestBody } from '../documents.ts';
import type { Asking } from './http-load.ts';
import type { HttpJob, Mutations } from './jobs.ts';
import { requestsTo } from './lean-connection.ts';

const ACCEPTED = /^\{"data":\{"\w+":\{"id":"cmd_[\w-]+","status":"ACCEPTED"\}\}\}\s*$/;

function bodyOf({ leadIds, run }: Mutations, number: number): string {
  if (number % 2 === 0) return requestBody(RECORD_INTERACTION, { input: { leadId: leadIds[number % leadIds.length], kind: 'PAGE_VIEW', url: '/homes' } });
  const email = `new.${run}.${number}@leads.example`;
  const input = { firstName: 'New', lastName: `Lead ${number}`, email, source: 'WEBSITE_FORM', intent: 'BUYER', madeUp: true };
  return requestBody(CREATE_LEAD, { input });
}

export function mutationsOf(job: HttpJob, mutations: Mutations): Asking {
  const requestOf = requestsTo(job.url, { 'content-type': 'application/json', ...job.headers });
  let sent = 0;
  return {
    next: () => requestOf(bodyOf(mutations, (sent += 1))),
    isRight: ({ status, body }) => status === 200 && ACCEPTED.test(body.toString()),
  };
}
