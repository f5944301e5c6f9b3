/** Runs a bundle as an isolate does: a Request in, a Response out. Started by isolate.ts in a thread of its own. */
import { parentPort, workerData } from 'node:worker_threads';

const startedMs = performance.now();
const { default: handler } = await import(workerData.url);

/** The text up to where `until` stands; all of it where that is absent. */
async function read(response, until) {
  if (until === undefined) return response.text();
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  while (!text.includes(until)) {
    const { done, value } = await reader.read();
    if (done) break;
    text += value;
  }
  await reader.cancel();
  return text;
}

parentPort.on('message', async ({ id, url, until, ...init }) => {
  const behind = [];
  try {
    const response = await handler.fetch(new Request(url, init), workerData.bindings, { waitUntil: (work) => behind.push(work) });
    parentPort.postMessage({ id, opened: true }, []);
    const text = await read(response, until);
    await Promise.all(behind);
    parentPort.postMessage(
      {
        id,
        status: response.status,
        headers: [...response.headers],
        text,
        behind: behind.length,
        sinceStartMs: performance.now() - startedMs,
      },
      [],
    );
  } catch (error) {
    parentPort.postMessage({ id, error: error.stack }, []);
  }
});
parentPort.postMessage({ ready: true }, []);
