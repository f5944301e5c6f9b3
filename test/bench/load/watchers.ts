/** A process that is many watchers, over connections of its own making: libraries for clients would cost more than the servers that are measured. */
import { randomUUID } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { SCORES } from '../../support/watching.ts';
import { nowMs } from '../servers/events.ts';

export type WatcherTransport = 'sse' | 'websocket';
export type WatchersJob =
  | {
      readonly kind: 'open';
      readonly url: string;
      readonly token: string;
      readonly transport: WatcherTransport;
      readonly count: number;
      readonly groups: number;
      /** That the others have had. */
      readonly results: number;
      /** Results of some 600 bytes, so that what the system holds for a connection is full soon. */
      readonly isWide?: boolean;
      /** They read nothing once they are there, and are not among those who are waited for. */
      readonly stalled?: boolean;
    }
  | {
      readonly kind: 'await';
      readonly results: number;
      /** The last of them is made so much later. */
      readonly lastAfterMs: number;
    }
  /** Of those who read, the first. */
  | { readonly kind: 'leave'; readonly count: number }
  /** How long results took, of every tenth watcher, since it was last asked. */
  | { readonly kind: 'delays' };
export interface WatchersDone {
  /** When the last watcher had its last result, milliseconds since 1970. */
  readonly atMs?: number;
  readonly failed?: string;
  readonly delaysMs?: readonly number[];
}

const PONG = Buffer.from([0x8a, 0x80, 0, 0, 0, 0]);
/** Servers ask every twelve seconds, and not all at the same moment; on a busy machine a process may stand still for some of them. */
const PONG_EVERY_MS = 5_000;
const PONG_STEPS = 200;
/** A result that is longer under way is lost. */
const LOST_AFTER_MS = 60_000;
const HANDSHAKES_AT_ONCE = 100;
/** Of a result: stands in it once. */
const MARK = Buffer.from('leadScoreChanged');
/** Between the mark and the moment of the event, which the cursor begins with. */
const CURSOR_AFTER = '":{"cursor":"'.length;
const MOMENT_DIGITS = 15;
const NOTHING = Buffer.alloc(0);
const [NEWLINE, BRACE] = [0x0a, 0x7d];
const TIMED_EVERY = 10;

/** One for all that is read: whoever reads is done with it before anybody else reads, and ten thousand of them would be what is measured. */
const READ = Buffer.allocUnsafe(65_536);

class Watcher {
  results: number;
  readonly #socket: Socket;
  readonly #ready = Promise.withResolvers<void>();
  readonly #onResults: () => void;
  /** What the server must have said before each further step. */
  #steps: readonly Step[];
  /** Filled by those whose results are timed. */
  delaysMs: number[] | null = null;
  #head = '';
  /** The end of the chunk before, in which a mark may begin. */
  #rest: Buffer = Buffer.alloc(0);

  constructor(port: number, host: string, steps: readonly Step[], results: number, onResults: () => void) {
    this.results = results;
    this.#steps = steps;
    this.#onResults = onResults;
    const read = (bytes: number): boolean => {
      if (this.#steps.length === 0) this.#count(READ.subarray(0, bytes));
      else this.#shakeHands(READ.toString('latin1', 0, bytes));
      return true;
    };
    this.#socket = connect({ port, host, onread: { buffer: READ, callback: read } })
      .on('error', this.#ready.reject)
      .on('close', () => (closed += 1));
    this.#shakeHands('');
  }
  get ready(): Promise<void> {
    return this.#ready.promise;
  }
  leave(): void {
    this.#socket.destroy();
  }
  /** Whatever comes waits with the system, and then with the server. */
  stall(): void {
    this.#socket.pause();
  }
  /** A pong that nobody asked for: nobody here looks for pings. */
  pong(): void {
    this.#socket.write(PONG);
  }
  #shakeHands(said: string): void {
    this.#head += said;
    for (let [step] = this.#steps; step?.after.test(this.#head) === true; [step] = this.#steps) {
      this.#steps = this.#steps.slice(1);
      this.#head = '';
      if (step.say !== undefined) this.#socket.write(step.say);
    }
    if (this.#steps.length === 0) this.#ready.resolve();
  }
  #count(chunk: Buffer): void {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    let from = 0;
    for (let at = bytes.indexOf(MARK, from); at !== -1; at = bytes.indexOf(MARK, from)) {
      const moment = at + MARK.length + CURSOR_AFTER;
      if (moment + MOMENT_DIGITS > bytes.length) break;
      this.#time(bytes, moment);
      this.results += 1;
      from = moment;
    }
    // Wherever a result ends, nothing that follows it could be the beginning of a mark.
    const isWhole = bytes.at(-1) === NEWLINE || bytes.at(-1) === BRACE;
    this.#rest = isWhole ? NOTHING : Buffer.from(bytes.subarray(Math.max(from, bytes.length - MARK.length - CURSOR_AFTER - MOMENT_DIGITS + 1)));
    this.#onResults();
  }
  #time(bytes: Buffer, moment: number): void {
    this.delaysMs?.push(nowMs() - Number(bytes.toString('latin1', moment, moment + MOMENT_DIGITS)));
  }
}

interface Step {
  readonly after: RegExp;
  readonly say?: string | Buffer;
}

/** Masked with zeros, which is allowed and changes nothing. */
function frame(text: string): Buffer {
  const payload = Buffer.from(text);
  const head = payload.length < 126 ? [0x81, 0x80 | payload.length] : [0x81, 0x80 | 126, payload.length >> 8, payload.length & 255];
  return Buffer.concat([Buffer.from([...head, 0, 0, 0, 0]), payload]);
}

/** The same with a dozen more names for one field. */
const WIDE_SCORES = SCORES.replace('{ cursor ', `{ cursor ${Array.from({ length: 12 }, (_, at) => `cursor${at}: cursor`).join(' ')} `);

/** Each group asks for something that every event has, and no two for the same. */
const variablesOf = (group: number): object => ({ filter: { minScore: group / 1_000 } });

function open({ url, token, transport, results, isWide = false }: Extract<WatchersJob, { kind: 'open' }>, group: number, onResults: () => void): Watcher {
  const { hostname, port, host } = new URL(url);
  const payload = { query: isWide ? WIDE_SCORES : SCORES, variables: variablesOf(group) };
  return new Watcher(
    Number(port),
    hostname,
    transport === 'sse' ? sseSteps(host, token, JSON.stringify(payload)) : webSocketSteps(host, token, payload),
    results,
    onResults,
  );
}

function sseSteps(host: string, token: string, body: string): Step[] {
  const headers = [`host: ${host}`, 'content-type: application/json', 'accept: text/event-stream', `authorization: Bearer ${token}`];
  return [
    { after: /^/, say: `POST /graphql HTTP/1.1\r\n${headers.join('\r\n')}\r\ncontent-length: ${body.length}\r\n\r\n${body}` },
    { after: /200 OK[^]*\r\n\r\n:\n\n/ },
  ];
}

function webSocketSteps(host: string, token: string, payload: object): Step[] {
  const headers = [`Host: ${host}`, 'Upgrade: websocket', 'Connection: Upgrade', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==', 'Sec-WebSocket-Version: 13'];
  return [
    { after: /^/, say: `GET /graphql HTTP/1.1\r\n${headers.join('\r\n')}\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n` },
    { after: /\r\n\r\n/, say: frame(JSON.stringify({ type: 'connection_init', payload: { token } })) },
    { after: /connection_ack/, say: frame(JSON.stringify({ id: randomUUID(), type: 'subscribe', payload })) },
  ];
}

const watchers: Watcher[] = [];
/** Connections, whoever closed them, and those of watchers who left. */
let [closed, left] = [0, 0];
let waiting: { readonly results: number; readonly done: () => void } | undefined;
let received = 0;
let pongs: NodeJS.Timeout | undefined;
const onResults = (): void => {
  received += 1;
  // Looked at seldom, and whenever nothing comes any more.
  if (waiting !== undefined && (received % 1_000 === 0 || isEnough(waiting.results))) check();
};
const isEnough = (results: number): boolean => watchers.at(-1)?.results === results;
const check = (): void => {
  if (waiting === undefined || watchers.some((watcher) => watcher.results < (waiting?.results ?? 0))) return;
  const { done } = waiting;
  waiting = undefined;
  done();
};

/** By when they say that they live. */
const turns = Array.from({ length: PONG_STEPS }, () => new Set<Watcher>());
let [taken, turn] = [0, 0];
function takeTurn(watcher: Watcher): void {
  turns[(taken += 1) % PONG_STEPS]?.add(watcher);
}
/** What is late on a busy machine is caught up on, or servers would take some for dead. */
function pongSome(): void {
  const due = Math.floor((performance.now() * PONG_STEPS) / PONG_EVERY_MS);
  for (turn = Math.max(turn, due - PONG_STEPS); turn < due; turn += 1) turns[turn % PONG_STEPS]?.forEach((watcher) => watcher.pong());
}
function leave(count: number): void {
  for (const watcher of watchers.splice(0, count)) {
    for (const those of turns) those.delete(watcher);
    watcher.leave();
    left += 1;
  }
}

function takeDelays(): readonly number[] {
  const timed = watchers.filter((_watcher, at) => at % TIMED_EVERY === 0);
  const delaysMs = timed.flatMap((watcher) => watcher.delaysMs ?? []);
  for (const watcher of timed) watcher.delaysMs = [];
  return delaysMs;
}

async function run(job: WatchersJob): Promise<void> {
  if (job.kind === 'delays') return void process.send?.({ delaysMs: takeDelays() } satisfies WatchersDone);
  if (job.kind === 'leave') leave(job.count);
  else if (job.kind === 'open') {
    for (let from = 0; from < job.count; from += HANDSHAKES_AT_ONCE) {
      const some = Array.from({ length: Math.min(HANDSHAKES_AT_ONCE, job.count - from) }, (_, at) => open(job, (from + at) % job.groups, onResults));
      await Promise.all(some.map(({ ready }) => ready));
      if (job.stalled === true) some.forEach((watcher) => watcher.stall());
      else watchers.push(...some);
      some.forEach(takeTurn);
    }
    if (job.transport === 'websocket') pongs ??= setInterval(pongSome, PONG_EVERY_MS / PONG_STEPS).unref();
    // Over WebSocket nobody says that a subscription stands.
    await delay(1_000);
  } else {
    const { results, lastAfterMs } = job;
    const done = Promise.withResolvers<void>();
    waiting = { results, done: done.resolve };
    const looking = setInterval(check, 2);
    await Promise.race([done.promise, delay(lastAfterMs + LOST_AFTER_MS, undefined, { ref: false })]);
    clearInterval(looking);
    waiting = undefined;
    const wrong = watchers.find((watcher) => watcher.results !== results);
    if (wrong !== undefined)
      throw new Error(`a watcher had ${wrong.results} results instead of ${results}; ${closed} connections were closed, ${left} of them by those who left`);
  }
  process.send?.({ atMs: nowMs() } satisfies WatchersDone);
}
process.on('message', (job: WatchersJob) => {
  run(job).catch((error: unknown) => {
    process.send?.({ failed: String(error) } satisfies WatchersDone);
  });
});
process.send?.('ready');
