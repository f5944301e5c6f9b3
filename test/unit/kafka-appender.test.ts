import kafkajs from 'kafkajs';
import { expect, it } from 'vitest';
import { createAppender, type AppenderProducer } from '../../platform/log/kafka/appender.ts';
import { DEFAULT_TIMING } from '../../platform/log/kafka/timing.ts';
import { LogUnavailableError, type LogRecord } from '../../platform/log/log.ts';

type Answer = 'taken' | 'leader moved' | 'refused' | 'silence';

/** A broker by hand: each request is kept until it is answered, and each producer that was made is counted. */
function handBroker() {
  const requests: { values: string[]; answer: (answer: Answer) => void }[] = [];
  const waiting: (() => void)[] = [];
  let producers = 0;
  const errors = {
    'leader moved': () => new kafkajs.KafkaJSError('this server is not the leader', { retriable: true }),
    refused: () => new kafkajs.KafkaJSError('not allowed', { retriable: false }),
  };
  const make = (): AppenderProducer => {
    producers += 1;
    return {
      connect: async () => undefined,
      disconnect: async () => undefined,
      sendBatch: ({ topicMessages }) =>
        new Promise((resolve, reject) => {
          const values = (topicMessages ?? []).flatMap(({ messages }) => messages.map(({ value }) => String(value)));
          const answer = (how: Answer): void => {
            if (how === 'taken') resolve([]);
            else if (how !== 'silence') reject(errors[how]());
          };
          requests.push({ values, answer });
          waiting.shift()?.();
        }),
    };
  };
  /** The next request that was not looked at yet. */
  let seen = 0;
  const next = async () => {
    if (requests.length <= seen) await new Promise<void>((resolve) => waiting.push(resolve));
    const request = requests[seen];
    seen += 1;
    if (!request) throw new Error('no request came');
    return request;
  };
  return { make, next, producers: () => producers, sent: () => requests.length };
}

const one = (value: string): LogRecord[] => [{ topic: 't', key: 'k', value }];
const report = (error: unknown): never => {
  throw error;
};
const newAppender = (make: () => AppenderProducer, timing = {}) => createAppender(make, { ...DEFAULT_TIMING, ...timing }, report);

it('sends at once when idle, and what arrives meanwhile together in the next request', async () => {
  const broker = handBroker();
  const { append } = newAppender(broker.make);
  const first = append(one('1'));
  const request = await broker.next();
  expect(request.values).toEqual(['1']);
  const others = [append(one('2')), append(one('3')), append([...one('4'), ...one('5')])];
  request.answer('taken');
  await first;
  const second = await broker.next();
  expect(second.values).toEqual(['2', '3', '4', '5']);
  second.answer('taken');
  await Promise.all(others);
  expect(broker.producers()).toBe(1);
});

it('sends a failed request again, whole and on a new producer', async () => {
  const broker = handBroker();
  const { append } = newAppender(broker.make);
  const appended = append([...one('1'), ...one('2')]);
  (await broker.next()).answer('leader moved');
  const again = await broker.next();
  expect(again.values).toEqual(['1', '2']);
  again.answer('taken');
  await appended;
  expect(broker.producers()).toBe(2);
});

it('lets only the append fail that the broker refuses', async () => {
  const broker = handBroker();
  const { append } = newAppender(broker.make);
  const good = append(one('good'));
  const bad = append(one('bad'));
  const outcome = bad.then(
    () => 'appended',
    (error: unknown) => error,
  );
  (await broker.next()).answer('refused');
  const goodAlone = await broker.next();
  expect(goodAlone.values).toEqual(['good']);
  goodAlone.answer('taken');
  const badAlone = await broker.next();
  expect(badAlone.values).toEqual(['bad']);
  badAlone.answer('refused');
  await expect(good).resolves.toBeUndefined();
  expect(await outcome).toMatchObject({ message: 'not allowed' });
});

it('refuses all that was to go out one by one, when the broker falls silent meanwhile', async () => {
  const broker = handBroker();
  const { append } = newAppender(broker.make, { answerTimeoutMs: 50 });
  const outcomes = ['1', '2', '3'].map((value) => append(one(value)).catch((error: unknown) => error));
  (await broker.next()).answer('refused');
  const alone = await broker.next();
  expect(alone.values).toEqual(['1']);
  alone.answer('silence');
  expect(await Promise.all(outcomes)).toEqual(Array.from({ length: 3 }, () => expect.any(LogUnavailableError) as unknown));
  expect(broker.sent()).toBe(2);
});

it('does not send by itself what nobody waits for any more', async () => {
  const broker = handBroker();
  const { append } = newAppender(broker.make);
  const patience = new AbortController();
  const [first, givenUp] = [append(one('1')), append(one('2'), { signal: patience.signal }).catch((error: unknown) => error)];
  const together = await broker.next();
  expect(together.values).toEqual(['1', '2']);
  patience.abort();
  together.answer('refused');
  const alone = await broker.next();
  expect(alone.values).toEqual(['1']);
  const last = append(one('3'));
  alone.answer('taken');
  const next = await broker.next();
  expect(next.values).toEqual(['3']);
  next.answer('taken');
  await Promise.all([first, last]);
  expect(await givenUp).toBeInstanceOf(LogUnavailableError);
});

it('refuses, when the broker is silent, what was sent and what waited behind it, as unavailable', async () => {
  const broker = handBroker();
  const { append } = newAppender(broker.make, { answerTimeoutMs: 50 });
  const sent = append(one('1')).catch((error: unknown) => error);
  (await broker.next()).answer('silence');
  const waited = append(one('2')).catch((error: unknown) => error);
  expect(await Promise.all([sent, waited])).toEqual([expect.any(LogUnavailableError), expect.any(LogUnavailableError)]);
});

it('cuts an append that is larger than a request may be', async () => {
  const broker = handBroker();
  const { append } = newAppender(broker.make, { requestBytesMax: 1_000 });
  const values = ['a', 'b', 'c', 'd'].map((letter) => letter.repeat(400));
  const appended = append(values.flatMap(one));
  const sizes: number[] = [];
  for (let index = 0; index < 2; index += 1) {
    const request = await broker.next();
    sizes.push(request.values.length);
    request.answer('taken');
  }
  await appended;
  expect(sizes).toEqual([2, 2]);
});

it('does not send what nobody waits for any more, and stops no other', async () => {
  const broker = handBroker();
  const { append } = newAppender(broker.make);
  const first = append(one('1'));
  const request = await broker.next();
  const patience = new AbortController();
  const givenUp = append(one('2'), { signal: patience.signal }).catch((error: unknown) => error);
  const last = append(one('3'));
  patience.abort();
  expect(await givenUp).toBeInstanceOf(LogUnavailableError);
  request.answer('taken');
  await first;
  const second = await broker.next();
  expect(second.values).toEqual(['3']);
  second.answer('taken');
  await last;
  await expect(append(one('4'), { signal: patience.signal })).rejects.toBeInstanceOf(LogUnavailableError);
});

it('tells whoever gives up while the broker is silent, and hears the broker out for the others', async () => {
  const broker = handBroker();
  const { append } = newAppender(broker.make);
  const patience = new AbortController();
  const impatient = append(one('1'), { signal: patience.signal }).catch((error: unknown) => error);
  const patient = append(one('2'));
  const request = await broker.next();
  expect(request.values).toEqual(['1', '2']);
  patience.abort();
  expect(await impatient).toBeInstanceOf(LogUnavailableError);
  request.answer('taken');
  await expect(patient).resolves.toBeUndefined();
});
