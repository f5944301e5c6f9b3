/** The event stream of the Upstash live bus: opened, followed, and watched for a death without a word. */
import type { RestRequester } from '../redis-rest-client.ts';
import { createEventLines, type EventLines } from './event-lines.ts';
import type { Delivered } from './live-bus.ts';
import { parseAnnounced } from './live-log.ts';

export interface StreamAddress {
  readonly requester: RestRequester;
  readonly channel: string;
}

/** A stream silent for this long is asked to prove itself by a message of our own (the bridge's comments come every 0.4 s and make that needless). */
const PING_AFTER_MS = 1300;
/** … and is given up after this long. */
const DEAD_AFTER_MS = 2000;
const WATCH_EVERY_MS = 200;

/** Resolves when the server has confirmed the subscription; throws where it does not. What was begun ends with the signal, which is aborted in either case. */
export async function openStream({ requester, channel }: StreamAddress, signal: AbortSignal): Promise<EventLines> {
  const { status, body } = await requester.stream(`subscribe/${channel}`, signal);
  if (status !== 200) throw new Error(`subscribing was answered with ${status}`);
  const lines = createEventLines(body);
  const confirmation = await lines.next();
  if (!confirmation?.startsWith(`subscribe,${channel},`)) throw new Error('the stream did not begin with its confirmation');
  return lines;
}

/** Gives every message to `onMessage` until the stream ends or breaks. */
export async function followStream(lines: EventLines, channel: string, onMessage: (message: Delivered) => void): Promise<void> {
  const prefix = `message,${channel},`;
  for (let line = await lines.next(); line !== undefined; line = await lines.next()) {
    const message = line.startsWith(prefix) ? parseAnnounced(line.slice(prefix.length)) : null;
    if (message) onMessage(message);
  }
}

/** Calls `giveUp` when nothing came for too long. A late tick means that this process stood still, which says nothing about the stream. */
export function watchStream(lines: EventLines, ping: () => Promise<void>, giveUp: () => void): () => void {
  let heardAtMs = performance.now();
  let tickedAtMs = performance.now();
  let pinging = false;
  const timer = setInterval(() => {
    const nowMs = performance.now();
    const stoodStill = nowMs - tickedAtMs > WATCH_EVERY_MS * 4;
    tickedAtMs = nowMs;
    heardAtMs = Math.max(stoodStill ? nowMs : heardAtMs, lines.lastBytesAtMs());
    const silentMs = nowMs - heardAtMs;
    if (silentMs >= DEAD_AFTER_MS) return giveUp();
    if (silentMs < PING_AFTER_MS || pinging) return;
    pinging = true;
    const pinged = (): void => void (pinging = false);
    // A ping that fails needs no word here: the silence goes on and ends the stream.
    ping().then(pinged, pinged);
  }, WATCH_EVERY_MS);
  return () => clearInterval(timer);
}
