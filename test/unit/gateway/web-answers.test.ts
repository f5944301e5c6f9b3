/** Answers on the way over a Request, for clients that are gone before they have them. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createWebAnswers } from '../../../gateway/node/web-answers.ts';

const closing: (() => void)[] = [];
afterEach(() => closing.splice(0).forEach((close) => close()));

interface Arrived {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
}

/** A server that does nothing with its requests but tell of them, and a client of it. */
async function arrivals(text: string, count: number): Promise<{ readonly client: Socket; readonly arrived: readonly Arrived[] }> {
  const arrived: Arrived[] = [];
  const all = Promise.withResolvers<void>();
  const server = createServer((req, res) => {
    if (arrived.push({ req, res }) === count) all.resolve();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1').resume();
  client.on('error', () => undefined).write(text.repeat(count));
  closing.push(() => {
    client.destroy();
    server.closeAllConnections();
    server.close();
  });
  await all.promise;
  return { client, arrived };
}

const GET = 'GET /graphql HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n';

/** News that never end, but where nobody takes them any more. */
function news() {
  const cancelled = Promise.withResolvers<string>();
  const body = new ReadableStream({ cancel: () => cancelled.resolve('cancelled') });
  return { response: new Response(body, { headers: { 'content-type': 'text/event-stream' } }), cancelled: cancelled.promise };
}

describe('a client that is gone', () => {
  it('before its request is looked at has it carried out, and leaves no stream behind', async () => {
    const { client, arrived } = await arrivals(GET, 1);
    const [{ req, res }] = arrived as [Arrived];
    client.destroy();
    await once(res, 'close');
    const { response, cancelled } = news();
    await createWebAnswers({ fetch: () => Promise.resolve(response) }, () => false)(req, res, undefined);
    expect(await cancelled).toBe('cancelled');
  });

  it('while its answer is made leaves no stream behind', async () => {
    const { client, arrived } = await arrivals(GET, 1);
    const [{ req, res }] = arrived as [Arrived];
    const { response, cancelled } = news();
    const fetch = async (): Promise<Response> => {
      client.destroy();
      await once(res, 'close');
      return response;
    };
    await createWebAnswers({ fetch }, () => false)(req, res, undefined);
    expect(await cancelled).toBe('cancelled');
  });

  it('has no stream where that stands behind an answer of its connection that has no end', async () => {
    const { arrived } = await arrivals(GET, 2);
    const [, { req, res }] = arrived as [Arrived, Arrived];
    const { response, cancelled } = news();
    await createWebAnswers({ fetch: () => Promise.resolve(response) }, () => false)(req, res, undefined);
    expect(await cancelled).toBe('cancelled');
    expect(res.destroyed).toBe(true);
  });
});
