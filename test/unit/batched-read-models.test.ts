import { expect, test } from 'vitest';
import { tenantId } from '../../domain/ids.ts';
import type { BatchOptions } from '../../platform/read-models/batched-read-models.ts';
import { batchReads } from '../../platform/read-models/batched-read-models.ts';
import { createMemoryReadModels } from '../../platform/read-models/memory-read-models.ts';
import type { StoredView, ViewRef } from '../../platform/read-models/read-models.ts';

const ref = (id: string, tenant = 't1'): ViewRef => ({ tenant: tenantId(tenant), kind: 'lead', id });
const nextTick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Read models whose requests wait until they are let go; each is answered as of that moment. */
function openGate(options?: BatchOptions) {
  const memory = createMemoryReadModels();
  const flights: { ids: string[]; land(): void; fail(error: Error): void }[] = [];
  const get = (refs: readonly ViewRef[]): Promise<(StoredView | null)[]> => {
    const gate = Promise.withResolvers<(StoredView | null)[]>();
    flights.push({ ids: refs.map(({ tenant, id }) => `${tenant} ${id}`), land: () => gate.resolve(memory.get(refs)), fail: gate.reject });
    return gate.promise;
  };
  const put = (id: string, version: number) => memory.put([{ ...ref(id), version, doc: `"${id}"`, index: null }]);
  return { models: batchReads({ ...memory, get }, options), flights, put };
}

test('gets of one tick are one request, each view once, each caller in its own order', async () => {
  const { models, flights, put } = openGate();
  await put('a', 1);
  await put('b', 2);
  const answers = [
    models.get([ref('a'), ref('b')]),
    models.get([ref('b'), ref('none'), ref('a'), ref('b')]),
    Promise.resolve().then(() => models.get([ref('a', 't2')])),
  ];
  await nextTick();
  expect(flights.map(({ ids }) => ids)).toEqual([['t1 a', 't1 b', 't1 none', 't2 a']]);
  flights[0]?.land();
  const versions = (await Promise.all(answers)).map((views) => views.map((view) => view?.version));
  expect(versions).toEqual([[1, 2], [2, undefined, 1, 2], [undefined]]);
});

test('no more than flightsMax requests are under way; what waits joins the next', async () => {
  const { models, flights } = openGate({ flightsMax: 2 });
  const answers: Promise<unknown>[] = [];
  for (let n = 0; n < 6; n++) {
    answers.push(models.get([ref(`id${n}`)]));
    await nextTick();
  }
  expect(flights.map(({ ids }) => ids)).toEqual([['t1 id0'], ['t1 id1']]);
  flights[1]?.land();
  await answers[1];
  await nextTick();
  expect(flights[2]?.ids).toEqual(['t1 id2', 't1 id3', 't1 id4', 't1 id5']);
  flights[0]?.land();
  flights[2]?.land();
  await Promise.all(answers);
  expect(flights).toHaveLength(3);
});

test('a call never gets the answer of a request that left before it', async () => {
  const { models, flights, put } = openGate();
  await put('a', 1);
  const early = models.get([ref('a')]);
  await nextTick();
  flights[0]?.land();
  await put('a', 2);
  const late = models.get([ref('a')]);
  await nextTick();
  flights[1]?.land();
  expect(flights).toHaveLength(2);
  expect(await late).toMatchObject([{ version: 2 }]);
  await early;
});

test('a failed request fails its own callers only', async () => {
  const { models, flights } = openGate({ flightsMax: 1 });
  const lost = [models.get([ref('a'), ref('b')]), models.get([ref('a')])].map((answer) => expect(answer).rejects.toThrow('gone'));
  await nextTick();
  const next = models.get([ref('a')]);
  flights[0]?.fail(new Error('gone'));
  await Promise.all(lost);
  await nextTick();
  flights[1]?.land();
  expect(await next).toEqual([null]);
});

test('a request holds at most refsMax views', async () => {
  const { models, flights } = openGate({ flightsMax: 9, refsMax: 2 });
  const answer = models.get(['a', 'b', 'c', 'd', 'e'].map((id) => ref(id)));
  await nextTick();
  expect(flights.map(({ ids }) => ids.length)).toEqual([2, 2, 1]);
  flights.forEach((flight) => flight.land());
  expect(await answer).toHaveLength(5);
});

test('nothing asked for is no request', async () => {
  const { models, flights } = openGate();
  expect(await models.get([])).toEqual([]);
  await nextTick();
  expect(flights).toEqual([]);
});
