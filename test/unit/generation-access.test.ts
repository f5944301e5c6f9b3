import { expect, test } from 'vitest';
import { inLiveGenerations, type Job } from '../../platform/read-models/generation-access.ts';
import { pointerText, type GenerationPointer } from '../../platform/read-models/generation-pointer.ts';
import type { RestCommand, RestRedis, RestReply, RestScriptCall } from '../../platform/redis-rest-client.ts';

type Sent = readonly (RestCommand | RestScriptCall)[];

const pointer = (stamp: number, serving: number | null, building: number | null = null): GenerationPointer => ({
  serving,
  building,
  stamp,
  run: '',
  source: '',
});

/** A Redis whose answers come when the test says so. */
function createSlowRedis() {
  const held: { readonly sent: Sent; answer(by: GenerationPointer): void }[] = [];
  const client: RestRedis = {
    command: () => Promise.reject(new Error('not used')),
    script: () => ({ eval: () => Promise.reject(new Error('not used')), call: () => ({ source: '', keys: [], args: [] }) }),
    pipeline: (sent) =>
      new Promise<RestReply[]>((resolve) => {
        const answer = (by: GenerationPointer): void =>
          resolve(sent.map((each, at) => ({ result: at === sent.length - 1 ? pointerText(by) : 'source' in each ? null : each[1] })));
        held.push({ sent, answer });
      }),
  };
  const answerNext = async (by: GenerationPointer): Promise<void> => {
    await Promise.resolve();
    const next = held.shift();
    if (!next) throw new Error('nothing was asked');
    next.answer(by);
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { client, held, answerNext };
}

const own: Job = { kept: false, in: (generation) => ['ECHO', `g${generation}`] };
const kept: Job = { kept: true, in: (generation) => ['ECHO', `g${generation}`] };

test('an answer that another one overtook is not taken for a Redis that lost its writes', async () => {
  const { client, held, answerNext } = createSlowRedis();
  const access = inLiveGenerations(client);
  const first = access.read([own]);
  await answerNext(pointer(5, 3));
  await answerNext(pointer(5, 3));
  expect(await first).toEqual(['g3']);
  const [slow, fast] = [access.read([own]), access.read([own])];
  // The second one is answered by a later moment, and first.
  held.reverse();
  await answerNext(pointer(7, 3));
  await answerNext(pointer(6, 3));
  expect(await Promise.all([slow, fast])).toEqual([['g3'], ['g3']]);
  // Asked after 7 was known: this is one that went back.
  const after = access.read([own, kept]);
  await answerNext(pointer(6, 3));
  expect(await after).toEqual([undefined, 'g0']);
});

test('a read is asked again until what served at its end is what it asked', async () => {
  const { client, answerNext } = createSlowRedis();
  const read = inLiveGenerations(client).read([own]);
  for (const by of [pointer(1, 3), pointer(2, 4), pointer(3, 5), pointer(4, 5)]) await answerNext(by);
  expect(await read).toEqual(['g5']);
});

test('a write goes on until it is in every generation that lives at its end, and answers for the serving one', async () => {
  const { client, held, answerNext } = createSlowRedis();
  const write = inLiveGenerations(client).write([kept, own]);
  expect(held.map(({ sent }) => sent.slice(0, -1))).toEqual([[['ECHO', 'g0']]]);
  await answerNext(pointer(1, 3));
  await answerNext(pointer(2, 3, 4));
  await answerNext(pointer(3, 4, 5));
  expect(held.map(({ sent }) => sent.slice(0, -1))).toEqual([[['ECHO', 'g5']]]);
  await answerNext(pointer(4, 4, 5));
  expect(await write).toEqual(['g0', 'g4']);
});

test('where none lives a write is nowhere, and says so', async () => {
  const { client, answerNext } = createSlowRedis();
  const write = inLiveGenerations(client).write([own, kept]);
  await answerNext(pointer(1, null));
  expect(await write).toEqual([undefined, 'g0']);
});
