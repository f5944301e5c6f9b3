/** Both stores of shared answers keep the same promises; what is Redis' own stands below. */
import { expect, test } from 'vitest';
import { createMemorySharedAnswers } from '../../platform/cache/memory-shared-answers.ts';
import { createRedisSharedAnswers } from '../../platform/cache/redis-shared-answers.ts';
import type { SharedAnswer } from '../../platform/cache/shared-answers.ts';
import { createMemoryReadModels } from '../../platform/read-models/memory-read-models.ts';
import { GENERATIONS_KEY, pointerText } from '../../platform/read-models/generation-pointer.ts';
import { ReadModelsUnavailableError } from '../../platform/read-models/read-models.ts';
import { createUpstashReadModels } from '../../platform/read-models/upstash-read-models.ts';
import { createRestClient } from '../../platform/redis-rest-client.ts';
import { startOwnRestRedis } from '../support/own-redis-rest.ts';
import { describeWithServices } from '../support/services.ts';
import { emptyIndex, newTenant, putOf, queryOf } from './read-models-kit.ts';
import { createCountingClient } from './redis-over-rest.ts';
import { sharedAnswersSuite } from './shared-answers.suite.ts';

const KEY = 'k'.repeat(64);
const ofLead = (version: number): SharedAnswer => ({ text: '{}', parts: { views: [{ kind: 'lead', id: 'lead_1', version }], lists: [], entries: [] } });

sharedAnswersSuite('memory', () => {
  const readModels = createMemoryReadModels();
  return { readModels, answers: createMemorySharedAnswers({ readModels }) };
});

describeWithServices('shared answers in Redis over REST', ['bridge'], ({ bridge }) => {
  sharedAnswersSuite('Redis over REST', () => {
    const client = createRestClient(bridge);
    return { readModels: createUpstashReadModels({ client, generation: 1 }), answers: createRedisSharedAnswers({ client, generation: 1 }) };
  });

  test('every call is one request to Redis, whatever the answer is made of', async () => {
    const { client, requests } = createCountingClient(bridge);
    const answers = createRedisSharedAnswers({ client, generation: 1 });
    const tenant = newTenant();
    const costOf = async (act: () => Promise<unknown>): Promise<number> => {
      const before = requests();
      await act();
      return requests() - before;
    };
    const views = Array.from({ length: 100 }, (_, n) => ({ kind: 'lead' as const, id: `lead_${n}`, version: null }));
    expect(await costOf(() => answers.set(tenant, KEY, { text: 'x', parts: { views, lists: [], entries: [] } }, 1_000))).toBe(1);
    expect(await costOf(() => answers.get(tenant, KEY))).toBe(1);
    expect(await costOf(() => answers.get(tenant, 'other'))).toBe(1);
  });

  test('everything that is kept expires, and there is nothing beside it', async () => {
    const client = createRestClient(bridge);
    const tenant = newTenant();
    await createUpstashReadModels({ client, generation: 1 }).put([putOf(tenant, 'lead_1', 1)]);
    await createRedisSharedAnswers({ client, generation: 1 }).set(tenant, KEY, ofLead(1), 60_000);
    const [, keys] = (await client.command(['SCAN', '0', 'MATCH', `{${tenant}}:*`, 'COUNT', 1_000_000])) as [string, string[]];
    expect(keys.sort()).toEqual([`{${tenant}}:g1:a:${KEY}`, `{${tenant}}:g1:v:lead:lead_1`]);
    expect(Number(await client.command(['PTTL', `{${tenant}}:g1:a:${KEY}`]))).toBeGreaterThan(0);
  });

  test('lists from before there were editions are in no answer that is kept', async () => {
    const client = createRestClient(bridge);
    const readModels = createUpstashReadModels({ client, generation: 1 });
    const tenant = newTenant();
    await readModels.put([putOf(tenant, 'lead_1', 1, { ...emptyIndex, sorts: { SCORE: '1' } })]);
    await client.command(['DEL', `{${tenant}}:g1:editions`]);
    const query = queryOf(tenant);
    expect((await readModels.list(query)).edition).toBeUndefined();
    const parts = { views: [], lists: [{ query, edition: '' }], entries: [] };
    expect(await createRedisSharedAnswers({ client, generation: 1 }).set(tenant, KEY, { text: 'x', parts }, 60_000)).toBe(false);
  });

  test('a number that was lost begins above what it was', async () => {
    const client = createRestClient(bridge);
    const readModels = createUpstashReadModels({ client, generation: 1 });
    const tenant = newTenant();
    const move = async (version: number): Promise<string> => {
      await readModels.put([putOf(tenant, 'lead_1', version, { ...emptyIndex, sorts: { SCORE: String(version) } })]);
      return (await readModels.list(queryOf(tenant))).edition ?? '';
    };
    const before = [await move(1), await move(2)];
    await client.command(['DEL', `{${tenant}}:g1:editions`]);
    expect(before).not.toContain(await move(3));
    expect((await move(4)) > (before[1] ?? '')).toBe(true);
  });

  test('nobody who answers is a ReadModelsUnavailableError', async () => {
    const answers = createRedisSharedAnswers({ client: createRestClient({ ...bridge, url: 'http://127.0.0.1:1', timeoutMs: 500 }), generation: 1 });
    await expect(answers.get(newTenant(), KEY)).rejects.toThrow(ReadModelsUnavailableError);
    await expect(answers.set(newTenant(), KEY, ofLead(1), 1_000)).rejects.toThrow(ReadModelsUnavailableError);
  });

  test('a generation that takes over begins empty, and while none serves nothing is kept', async () => {
    const own = await startOwnRestRedis();
    try {
      const client = own.client();
      const answers = createRedisSharedAnswers({ client });
      const tenant = newTenant();
      const serve = (serving: number | null, stamp: number) =>
        client.command(['SET', GENERATIONS_KEY, pointerText({ serving, building: null, stamp, run: '', source: 'test' })]);
      for (const generation of [1, 2]) await createUpstashReadModels({ client, generation }).put([putOf(tenant, 'lead_1', 1)]);
      expect(await answers.set(tenant, KEY, ofLead(1), 60_000)).toBe(false);
      await serve(1, 1);
      expect(await answers.set(tenant, KEY, ofLead(1), 60_000)).toBe(true);
      expect(await answers.get(tenant, KEY)).toMatchObject({ state: 'KEPT' });
      await serve(2, 2);
      expect(await answers.get(tenant, KEY)).toEqual({ state: 'NONE' });
      await serve(null, 3);
      expect(await answers.get(tenant, KEY)).toEqual({ state: 'NONE' });
      expect(await answers.set(tenant, KEY, ofLead(1), 60_000)).toBe(false);
    } finally {
      await own.stop();
    }
  });
});
