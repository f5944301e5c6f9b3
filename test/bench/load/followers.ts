/** A process that is many watchers of one lead, who come back at once wherever they are taken, with the cursor of the last result, and count what they missed. */
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { CHANGES } from '../../support/watching.ts';
import { nowMs } from '../servers/events.ts';

export type FollowersJob =
  | { readonly kind: 'open'; readonly urls: readonly string[]; readonly token: string; readonly count: number }
  /** Until every one has this version. */
  | { readonly kind: 'until'; readonly version: number }
  | { readonly kind: 'report' };
export interface FollowersDone {
  /** When each connection was taken, milliseconds since 1970, in order; those of the beginning left out. */
  readonly takenAtMs: readonly number[];
  /** From the end of a connection until the next one was taken. */
  readonly awayMs: readonly number[];
  readonly results: number;
  readonly missed: number;
  readonly twice: number;
  /** Of watchers: how many have what was waited for. */
  readonly upToDate: number;
}

const PAUSE_MS = 10;
const WITHIN_MS = 60_000;
const AT_ONCE = 50;

let [results, missed, twice] = [0, 0, 0];
let takenAtMs: number[] = [];
let awayMs: number[] = [];

class Follower {
  version = 0;
  isConnected = false;
  #cursor = '';
  #leftAtMs = 0;
  readonly #urls: readonly URL[];
  readonly #token: string;

  constructor(urls: readonly URL[], token: string) {
    this.#urls = urls;
    this.#token = token;
  }
  async follow(): Promise<never> {
    for (let at = Math.floor(Math.random() * this.#urls.length); ; at = (at + 1) % this.#urls.length) {
      const taken = await this.#connect(this.#urls[at] as URL);
      if (taken) this.#leftAtMs = nowMs();
      else await delay(PAUSE_MS);
    }
  }
  /** Resolves at its end: true where it was taken. */
  #connect({ hostname, port, host }: URL): Promise<boolean> {
    const socket = connect(Number(port), hostname);
    const body = JSON.stringify({ query: CHANGES, variables: { id: 'lead_ada' } });
    const headers = [`host: ${host}`, 'content-type: application/json', 'accept: text/event-stream', `authorization: Bearer ${this.#token}`];
    if (this.#cursor !== '') headers.push(`last-event-id: ${this.#cursor}`);
    socket.write(`POST /graphql HTTP/1.1\r\n${headers.join('\r\n')}\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
    return this.#read(socket);
  }
  #read(socket: Socket): Promise<boolean> {
    let text = '';
    socket.setEncoding('latin1').on('data', (chunk: string) => {
      text += chunk;
      for (let end = text.indexOf('\n\n'); end !== -1; end = text.indexOf('\n\n')) {
        this.#heard(text.slice(0, end));
        text = text.slice(end + 2);
      }
      if (text.startsWith('HTTP/1.1 ') && text.includes('\r\n\r\n') && !text.startsWith('HTTP/1.1 200')) socket.destroy();
    });
    return new Promise((resolve) => {
      socket.on('error', () => undefined).on('end', () => socket.destroy());
      socket.on('close', () => {
        resolve(this.isConnected);
        this.isConnected = false;
      });
    });
  }
  #heard(event: string): void {
    if (event.startsWith('HTTP/1.1 200')) return this.#taken();
    const version = Number(/"version":(\d+)/.exec(event)?.[1] ?? Number.NaN);
    if (Number.isNaN(version)) return;
    results += 1;
    if (version <= this.version) twice += 1;
    else if (this.version !== 0) missed += version - this.version - 1;
    this.version = Math.max(version, this.version);
    this.#cursor = /^id: (.+)$/m.exec(event)?.[1] ?? this.#cursor;
  }
  #taken(): void {
    this.isConnected = true;
    takenAtMs.push(nowMs());
    if (this.#leftAtMs !== 0) awayMs.push(nowMs() - this.#leftAtMs);
  }
}

const followers: Follower[] = [];

async function until(isSo: () => boolean): Promise<void> {
  const endsAtMs = nowMs() + WITHIN_MS;
  while (!isSo() && nowMs() < endsAtMs) await delay(PAUSE_MS);
}

async function run(job: FollowersJob): Promise<number> {
  if (job.kind === 'report') return followers.length;
  if (job.kind === 'until') {
    const isThere = ({ version }: Follower): boolean => version >= job.version;
    await until(() => followers.every(isThere));
    return followers.filter(isThere).length;
  }
  const urls = job.urls.map((url) => new URL(url));
  while (followers.length < job.count) {
    const some = Array.from({ length: Math.min(AT_ONCE, job.count - followers.length) }, () => new Follower(urls, job.token));
    for (const follower of some) void follower.follow();
    followers.push(...some);
    await until(() => some.every(({ isConnected }) => isConnected));
  }
  [takenAtMs, awayMs] = [[], []];
  return followers.length;
}
process.on('message', (job: FollowersJob) => {
  void run(job).then((upToDate) => process.send?.({ takenAtMs, awayMs, results, missed, twice, upToDate } satisfies FollowersDone));
});
process.send?.('ready');
