/**
 * The most bytes that a body may have. Yoga's own limit re-wraps every request and halves the throughput, so it is off and this stands for it:
 * HTTP servers never hand out more bytes than Content-Length says, so only a body without one is counted while it is read.
 */
import type { Plugin } from 'graphql-yoga';
import { graphqlErrorAnswer } from '../answers.ts';

export class BodyTooLargeError extends Error {
  override readonly name = 'BodyTooLargeError';
  constructor(bytesMax: number) {
    super(`the request's body may have at most ${bytesMax} bytes`);
  }
}

/** The request, or a copy with its body read; rejects with BodyTooLargeError. */
export async function capBody(request: Request, bytesMax: number): Promise<Request> {
  const length = request.headers.get('content-length');
  if (length !== null) {
    if (!(Number(length) <= bytesMax)) throw new BodyTooLargeError(bytesMax);
    return request;
  }
  if (request.body === null || request.method === 'GET' || request.method === 'HEAD') return request;
  const { url, method, headers, signal } = request;
  return new Request(url, { method, headers, signal, body: await readCapped(request.body, bytesMax) });
}

async function readCapped(body: ReadableStream<Uint8Array>, bytesMax: number): Promise<Blob> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  // Not `for await`: leaving that cancels the body, which cuts the connection before the sender has read why.
  const reader = body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return new Blob(chunks);
    bytes += value.byteLength;
    if (bytes > bytesMax) {
      void discard(reader, bytesMax);
      throw new BodyTooLargeError(bytesMax);
    }
    chunks.push(new Uint8Array(value));
  }
}

/** The connection's next request waits behind the rest of this one, so that is read as well, as far as it is worth it. */
async function discard(reader: ReadableStreamDefaultReader<Uint8Array>, bytesMax: number): Promise<void> {
  try {
    for (let left = bytesMax; left > 0;) {
      const { done, value } = await reader.read();
      if (done) return;
      left -= value.byteLength;
    }
  } catch {
    // The sender went away.
  }
}

export function useBodyCap(bytesMax: number): Plugin {
  return {
    async onRequest(event) {
      const { request } = event;
      try {
        const capped = await capBody(request, bytesMax);
        if (capped !== request) event.setRequest(capped);
      } catch (error) {
        if (!(error instanceof BodyTooLargeError)) throw error;
        event.endResponse(graphqlErrorAnswer(request, 413, { message: error.message, extensions: { code: 'BAD_USER_INPUT', bytesMax } }));
      }
    },
  };
}
