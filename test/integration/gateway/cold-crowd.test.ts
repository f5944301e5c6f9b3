/** Many people ask the same at one moment, of several gateways, and nobody has it: the write model is asked once. */
import { expect, it } from 'vitest';
import { makeId } from '../../../domain/ids.ts';
import { createStoreOrigin } from '../../../platform/origin/store-origin.ts';
import { createGatewayShared } from '../../../resolvers/request-context.ts';
import { appOver } from '../../support/app-over.ts';
import { ACME, createBrokerage } from '../../support/brokerage.ts';

const GATEWAYS = 3;
const PEOPLE = 500;

it(`${PEOPLE} equal cold questions over ${GATEWAYS} gateways are one load`, async () => {
  const loads: number[] = [];
  const gate = Promise.withResolvers<void>();
  const eventStore = {
    async loadStreams(refs: readonly unknown[]) {
      loads.push(refs.length);
      await gate.promise;
      return new Map();
    },
    findOutcome: async () => null,
  };
  const letters = { list: async () => ({ letters: [], endCursor: null, hasNextPage: false }), get: async () => null };
  const origin = createStoreOrigin({ eventStore, deadLetters: letters });
  const { ports } = createBrokerage();
  let questions = 0;
  const counted: typeof origin = {
    ...origin,
    views(refs) {
      questions += 1;
      return origin.views(refs);
    },
  };
  const gateways = Array.from({ length: GATEWAYS }, () => {
    const own = { ...ports, origin: counted };
    const shared = createGatewayShared(own);
    return { app: appOver(own, shared), shared };
  });
  const joined = (): number => gateways.map(({ app }) => app.direct.facts().joined).reduce((sum, count) => sum + count);
  await expect.poll(() => gateways.every(({ shared }) => shared.feed.isTrusted())).toBe(true);
  const body = JSON.stringify({ query: `{ lead(id: "${makeId('lead', 'cold')}") { name } }` });
  const asked = Array.from({ length: PEOPLE }, async (_, n) => {
    const identity = { tenant: ACME, subject: `person-${n}`, roles: ['AGENT' as const], expiresAtMs: Infinity };
    return gateways[n % GATEWAYS]?.app.direct.answer({ requestId: 'r', identity, body, accept: '' });
  });
  await expect.poll(() => [questions, joined()]).toEqual([GATEWAYS, PEOPLE - GATEWAYS]);
  gate.resolve();
  for (const answer of await Promise.all(asked)) expect(answer).toMatchObject({ contentType: expect.stringContaining('json') as string });
  expect(loads).toEqual([1]);
});
