/** What the tests of dead letters over the API have in common. */
import { makeId } from '../../../domain/ids.ts';
import { fieldOf, type Answer } from '../../support/execute.ts';
import { createBrokerage, type Brokerage } from '../../support/brokerage.ts';
import { letterOf, type LetterOptions } from '../../support/memory-dead-letters.ts';
import { addNote, commandOf } from '../../support/worker-kit.ts';

export const ADA = makeId('lead', 'ada');
export const LIST = `query ($filter: DeadLetterFilter, $first: Int, $after: String) {
  deadLetters(filter: $filter, first: $first, after: $after) {
    edges { cursor node { id commandId entityId leadId type lane topic partition offset key appendedAt group reason attempts firstFailedAt at traceparent value cutFrom replays replayedAt replayedBy receipt { status } } }
    pageInfo { hasNextPage hasPreviousPage endCursor }
  }
}`;
export const REPLAY = `mutation ($id: ID!, $key: String, $wait: WaitFor) {
  replayDeadLetter(input: { id: $id }, idempotencyKey: $key, wait: $wait) { id type status lane version error { code message } lead { notes { text } } }
}`;
export const asAdmin = (brokerage: Brokerage, more = {}) => brokerage.context({ roles: ['ADMIN'], subject: 'op', ...more });
export const noteOf = (text: string, more = {}) => commandOf(addNote(ADA, text), { lane: 'warm', ...more });

interface Page {
  readonly edges: { readonly cursor: string; readonly node: { readonly id: string } }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly hasPreviousPage: boolean; readonly endCursor: string };
}
export const pageOf = (answer: Answer): Page => fieldOf(answer, 'deadLetters') as Page;
export const idsOf = (answer: Answer): string[] => pageOf(answer).edges.map(({ node }) => node.id);
export const codesOf = ({ errors }: Answer) => errors.map(({ extensions }) => extensions['code']);

/** A brokerage with letters 1 to `count` of commands on Ada. */
export async function withLetters(count: number, moreOf: (n: number) => LetterOptions = () => ({})): Promise<Brokerage> {
  const brokerage = createBrokerage();
  await brokerage.deadLetters.put(Array.from({ length: count }, (_, n) => letterOf(noteOf(`note ${n + 1}`), n + 1, moreOf(n + 1))));
  return brokerage;
}
