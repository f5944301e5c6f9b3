/** When requests are sent. */
import { setTimeout as delay } from 'node:timers/promises';

/** Sends one; `dueMs`: its time in the plan, by performance.now(). Never rejects. */
export type SendOne = (dueMs: number) => Promise<void>;

/** They go out at their times, however late the answers to earlier ones are; the pauses between them are random, as people's are. */
export async function openLoop(perSecond: number, seconds: number, send: SendOne): Promise<void> {
  const endMs = performance.now() + seconds * 1000;
  const running: Promise<void>[] = [];
  for (let dueMs = performance.now(); dueMs < endMs; dueMs += (-Math.log(1 - Math.random()) * 1000) / perSecond) {
    const waitMs = dueMs - performance.now();
    if (waitMs > 1) await delay(waitMs);
    running.push(send(dueMs));
  }
  await Promise.all(running);
}

/** Each client sends its next one when it has its answer. */
export async function closedLoop(clients: number, seconds: number, send: SendOne): Promise<void> {
  const endMs = performance.now() + seconds * 1000;
  const client = async (): Promise<void> => {
    while (performance.now() < endMs) await send(performance.now());
  };
  await Promise.all(Array.from({ length: clients }, client));
}
