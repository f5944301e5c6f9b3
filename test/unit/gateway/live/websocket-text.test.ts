import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { writeWebSocketTexts } from '../../../../gateway/node/websocket-text.ts';

/** The connection's own stream, past the library, and what a client of the library hears on it. */
interface Pair {
  readonly stream: Duplex;
  readonly client: WebSocket;
  readonly heard: string[];
}

describe('texts on a WebSocket', () => {
  const server = createServer();
  const sockets = new WebSocketServer({ noServer: true });
  const streams: Duplex[] = [];
  server.on('upgrade', (request, stream, head) => sockets.handleUpgrade(request, stream, head, () => streams.push(stream)));
  const pairs: Pair[] = [];
  beforeEach(() => once(server.listen(0, '127.0.0.1'), 'listening'));
  afterEach(async () => {
    for (const { client } of pairs.splice(0)) client.terminate();
    await new Promise((resolve) => server.close(resolve));
  });
  const connect = async (): Promise<Pair> => {
    const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const heard: string[] = [];
    client.on('message', (data: Buffer) => heard.push(data.toString()));
    await once(client, 'open');
    const stream = await vi.waitUntil(() => streams.shift());
    const pair = { stream, client, heard };
    pairs.push(pair);
    return pair;
  };
  const ends = (...texts: string[]): Buffer[] => texts.map((text) => Buffer.from(text));

  it('arrive whole, at every form of their length and with every letter', async () => {
    const { stream, heard } = await connect();
    const lengths = [0, 1, 124, 125, 126, 127, 16_000, 65_534, 65_535, 65_536, 200_000];
    const texts = [...lengths.map((length) => 'x'.repeat(length)), 'Zoë 🏠', ''];
    for (const begin of ['', '{"id":"ü"']) {
      heard.length = 0;
      writeWebSocketTexts(stream, begin, ends(...texts));
      for (const text of texts) writeWebSocketTexts(stream, begin, ends(text));
      const all = [...texts, ...texts].map((text) => begin + text);
      await vi.waitFor(() => expect(heard).toHaveLength(all.length));
      expect(heard.map((text, at) => text === all[at])).toEqual(all.map(() => true));
    }
  });

  it('are each client’s own where many get the same, whatever they begin with', async () => {
    const all = [await connect(), await connect(), await connect()];
    const begins = ['{"id":"a"', '{"id":"b"', '{"id":"ü"', '{"id":"longer"', ''];
    const [same, other] = [ends('the same,', ' in two'), ends('another,', ' in two')];
    // Of one length after the other, and of changing lengths; with something else in between.
    const turns = [...begins, ...begins.toReversed(), 'x'.repeat(20_000)].flatMap((begin) => all.map((pair, at) => ({ pair, begin: `${begin}${at}` })));
    for (const { pair, begin } of turns) writeWebSocketTexts(pair.stream, begin, same);
    for (const { pair, begin } of turns) for (const texts of [same, other]) writeWebSocketTexts(pair.stream, begin, texts);
    for (const pair of all) {
      const mine = turns.filter((turn) => turn.pair === pair).map(({ begin }) => begin);
      const expected = [
        ...mine.flatMap((begin) => [`${begin}the same,`, `${begin} in two`]),
        ...mine.flatMap((begin) => [`${begin}the same,`, `${begin} in two`, `${begin}another,`, `${begin} in two`]),
      ];
      await vi.waitFor(() => expect(pair.heard).toHaveLength(expected.length));
      expect(pair.heard).toEqual(expected);
    }
  });

  it('stay what they are for a client that reads late, whatever was written to others meanwhile', async () => {
    const [late, prompt] = [await connect(), await connect()];
    late.client.pause();
    const sent: string[] = [];
    // Until more waits than the system holds, and then some.
    for (let number = 0; late.stream.writableLength < 1_000_000; number += 1) {
      const text = `${number} `.repeat(2_000).slice(0, 10_000);
      sent.push(text);
      writeWebSocketTexts(late.stream, 'late ', ends(text));
      writeWebSocketTexts(prompt.stream, 'prompt ', ends('another text '.repeat(1_000)));
      if (number % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    late.client.resume();
    await vi.waitFor(() => expect(late.heard).toHaveLength(sent.length), 10_000);
    expect(late.heard.findIndex((text, at) => text !== `late ${sent[at]}`)).toBe(-1);
  });
});
