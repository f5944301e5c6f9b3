/** One subscriber of a group: what it was told, what waits for it, and how it ends. */
import { compareCursors } from '../../platform/live-bus/cursor.ts';
import { resumeRequired, type ApiError } from '../../resolvers/errors.ts';
import { Batch, type Farewell, type Frame } from './frame.ts';

/** The connection of one subscriber. */
export interface LiveSink {
  /** Where several may stand on one connection: what is the same for them. They are sent away together. */
  readonly connection?: object | undefined;
  /** Writes results, without waiting for the client. */
  write(batch: Batch): void;
  /** A sign of life for connections that have none of their own. */
  beat(): void;
  /** Bytes that the client has not taken yet: what waits here, and what is known of what the system holds for it. */
  waitingBytes(): number;
  /** Calls `then` once they were taken, or where the system holds them, once it holds few. */
  whenTaken(then: () => void): void;
  /** The last result, and the end. */
  end(farewell: Farewell | null, reason: EndReason): void;
}

/** A client that was told to go has so long to take its last result. */
export const LAST_WORDS_MS = 5_000;

/** Why a subscription ended: `left` is the client's own doing. */
export type EndReason = 'left' | 'slow' | 'expired' | 'withdrawn' | 'stopping' | 'lost';

export interface Now {
  /** The time of day, which tokens expire by. */
  readonly atMs: number;
  readonly elapsedMs: number;
}

export interface MemberOptions {
  readonly sink: LiveSink;
  /** Where it begins. */
  readonly cursor: string;
  /** True: it is told of what lies between there and now before it hears what is new. */
  readonly catchesUp: boolean;
  readonly expiresAtMs: number;
  /** What it showed when it began. */
  readonly token: string;
  readonly limits: MemberLimits;
  /** Called once, when it ended for whatever reason. */
  readonly onEnd: (reason: EndReason) => void;
}

export interface MemberLimits {
  /** Bytes that may wait for a client before it counts as slow. */
  readonly waitingBytesMax: number;
  /** Results that wait for a slow client; where only the newest counts, one of each thing. */
  readonly heldMax: number;
  /** A client that takes nothing for so long is ended. */
  readonly slowMs: number;
}

export const DEFAULT_MEMBER_LIMITS: MemberLimits = { waitingBytesMax: 65_536, heldMax: 200, slowMs: 30_000 };

/** What it was ended with: the text of a result whose error says where to resume. */
export const errorText = ({ message, extensions }: Pick<ApiError, 'message' | 'extensions'>, more: object = {}): string =>
  JSON.stringify({ errors: [{ message, extensions: { ...extensions, ...more } }] });

/** A class, because there are ten thousand of them: what one costs is its fields. */
export class Member {
  readonly #options: MemberOptions;
  #state: 'catching-up' | 'live' | 'slow' | 'ended';
  /** Behind everything that it was told or has no interest in. */
  #cursor: string;
  /** What waits while it catches up or is slow, by what it is about. */
  #held: Map<string, Frame> | null = null;
  /** Something was let go of that it must still be told. */
  #hasGap = false;
  /** Since when what was written waits for the client; Infinity: it does not. */
  #slowSinceMs = Infinity;

  constructor(options: MemberOptions) {
    this.#options = options;
    this.#cursor = options.cursor;
    this.#state = options.catchesUp ? 'catching-up' : 'live';
  }

  get isEnded(): boolean {
    return this.#state === 'ended';
  }
  get expiresAtMs(): number {
    return this.#options.expiresAtMs;
  }
  get connection(): object {
    return this.#options.sink.connection ?? this;
  }
  get token(): string {
    return this.#options.token;
  }
  get cursor(): string {
    return this.#cursor;
  }
  /** False while it was not told everything that its group was. */
  get isLive(): boolean {
    return this.#state === 'live';
  }

  /** News of its group. */
  tell(batch: Batch, elapsedMs: number): void {
    if (this.#state === 'ended') return;
    if (this.#state !== 'live') return this.#holdAll(batch.frames);
    const unheard = this.#unheardOf(batch);
    if (unheard === null) return;
    if (this.#options.sink.waitingBytes() <= this.#options.limits.waitingBytesMax) return this.#write(unheard);
    this.#state = 'slow';
    this.#slowSinceMs = elapsedMs;
    this.#options.sink.whenTaken(() => this.#resumeReading());
    this.#holdAll(unheard.frames);
  }

  /** One result of the past. */
  tellPast(frame: Frame): void {
    if (this.#state === 'catching-up') this.#write(new Batch([frame]));
  }

  /** News up to there were not for it: it need not look there again. */
  passed(cursor: string): void {
    if (compareCursors(cursor, this.#cursor) > 0) this.#cursor = cursor;
  }

  /** Before the past is read: what was held lies in it by now. */
  beginPast(): void {
    this.#held = null;
    this.#hasGap = false;
  }

  /** Behind the last of the past. False: more came meanwhile than could be held, and the past has to be read on. */
  goLive(): boolean {
    if (this.#state !== 'catching-up') return true;
    if (this.#hasGap) return false;
    this.#state = 'live';
    this.#writeHeld();
    return true;
  }

  /** Resolves once the client has taken what was written, or has ended. */
  async taken(elapsedMs: number): Promise<void> {
    const { sink, limits } = this.#options;
    if (this.#state === 'ended' || sink.waitingBytes() <= limits.waitingBytesMax) return;
    this.#slowSinceMs = elapsedMs;
    await new Promise<void>((resolve) => sink.whenTaken(resolve));
    this.#slowSinceMs = Infinity;
  }

  /** Ends it if its time is up, or if it reads nothing any more. */
  look(now: Now): void {
    if (now.atMs >= this.#options.expiresAtMs) this.end('expired', EXPIRED);
    else if (now.elapsedMs - this.#slowSinceMs >= this.#options.limits.slowMs) this.#endSlow();
  }

  /** `retryMs`: the client is told to come back after so long. */
  end(reason: EndReason, last: Pick<ApiError, 'message' | 'extensions'> | null, retryMs?: number): void {
    if (this.#state === 'ended') return;
    this.#state = 'ended';
    this.#held = null;
    const more = retryMs === undefined ? {} : { retryAfterMs: retryMs };
    this.#options.sink.end(last === null ? null : { text: errorText(last, more), retryMs }, reason);
    this.#options.onEnd(reason);
  }

  beat(): void {
    if (this.#state !== 'ended') this.#options.sink.beat();
  }

  /** The connection is gone: there is nobody to tell. */
  left(): void {
    if (this.#state === 'ended') return;
    this.#state = 'ended';
    this.#held = null;
    this.#options.onEnd('left');
  }

  /** What of it lies behind its cursor: nearly always all. */
  #unheardOf(batch: Batch): Batch | null {
    const from = this.#cursor;
    const [first] = batch.frames;
    if (first !== undefined && compareCursors(first.cursor, from) > 0) return batch;
    const unheard = batch.frames.filter(({ cursor }) => compareCursors(cursor, from) > 0);
    return unheard.length === 0 ? null : new Batch(unheard);
  }

  #write(batch: Batch): void {
    this.#options.sink.write(batch);
    this.passed(batch.cursor);
  }

  #holdAll(frames: readonly Frame[]): void {
    const held = (this.#held ??= new Map());
    // Nothing is taken out to stand further behind: each time a map makes itself anew it is held by the one before, for as long as no collector has seen all of the heap.
    for (const frame of frames) held.set(frame.about ?? frame.cursor, frame);
    if (held.size <= this.#options.limits.heldMax) return;
    if (this.#state === 'slow') return this.#endSlow();
    held.clear();
    this.#hasGap = true;
  }

  #resumeReading(): void {
    if (this.#state !== 'slow') return;
    this.#state = 'live';
    this.#slowSinceMs = Infinity;
    this.#writeHeld();
  }

  #writeHeld(): void {
    const frames = [...(this.#held?.values() ?? [])].sort((a, b) => compareCursors(a.cursor, b.cursor));
    this.#held = null;
    const unheard = frames.length === 0 ? null : this.#unheardOf(new Batch(frames));
    if (unheard !== null) this.#write(unheard);
  }

  #endSlow(): void {
    this.end('slow', resumeRequired('you read more slowly than things change', this.#cursor));
  }
}

const EXPIRED = { message: 'the token has expired: subscribe again with a new one', extensions: { code: 'UNAUTHENTICATED' } } as const;
