/**
 * Subscribers with the same question and the same authority. What a message means for them is made once, in the order of the messages; what is ready
 * within a few milliseconds goes out together; and thousands of members are served in portions, so that nobody else of the process waits for them.
 */
import type { Delivered } from '../../platform/live-bus/live-bus.ts';
import { resumeRequired } from '../../resolvers/errors.ts';
import type { Interest } from '../../resolvers/live/live-field.ts';
import { NEWS_LOST } from '../../resolvers/live/live-feed.ts';
import { Batch, type Frame } from './frame.ts';
import type { Member } from './member.ts';
import type { Tell } from './teller.ts';

export interface GroupOptions {
  readonly accept: (message: Delivered) => boolean;
  readonly interest: Interest;
  readonly tell: Tell;
  readonly nowMs: () => number;
  /** Told of each batch with the number of members that it went to. */
  readonly onDelivered: (results: number, members: number) => void;
  readonly timing?: Partial<GroupTiming> | undefined;
}

export interface GroupTiming {
  /** Results that are ready within so long of the last ones go out together. */
  readonly joinMs: number;
  /** Members that are served before others of the process get their turn. */
  readonly portion: number;
}

const TIMING: GroupTiming = { joinMs: 5, portion: 1_000 };
/** Results that are made at the same time; views that they need are read together. */
const MAKING_MAX = 64;
/** Messages that wait to be made results: beyond that the group cannot keep up, and its members resume later. */
const WAITING_MAX = 10_000;
/** Results of late, for members who come back a moment after each other. */
const RECENT_MAX = 256;

interface Making {
  readonly message: Delivered;
  /** Undefined: not ready yet. */
  frame: Frame | null | undefined;
}

export class Group {
  readonly accept: GroupOptions['accept'];
  readonly interest: Interest;
  readonly #options: GroupOptions;
  readonly #timing: GroupTiming;
  #members: Member[] = [];
  #waiting: Delivered[] = [];
  readonly #making: Making[] = [];
  #ready: Frame[] = [];
  #isJoining = false;
  #isServing = false;
  readonly #recent = new Map<string, Promise<Frame | null>>();

  constructor(options: GroupOptions) {
    this.#options = options;
    this.#timing = { ...TIMING, ...options.timing };
    this.accept = options.accept;
    this.interest = options.interest;
  }

  /** Those that have not ended, and perhaps some that just did. */
  get members(): readonly Member[] {
    return this.#members;
  }

  add(member: Member): void {
    this.#members.push(member);
  }

  /** Lets go of members that have ended. True where none is left. */
  sweep(): boolean {
    // While they are served their places must not move.
    if (!this.#isServing) this.#members = this.#members.filter(({ isEnded }) => !isEnded);
    return this.#members.every(({ isEnded }) => isEnded);
  }

  /** A message that it accepts; in the order of their cursors. */
  hear(message: Delivered): void {
    if (this.#waiting.length >= WAITING_MAX) return this.giveUp();
    this.#waiting.push(message);
    this.#makeNext();
  }

  /** What its members are told of a message of the past; null: nothing. */
  frameOf(message: Delivered): Promise<Frame | null> {
    const known = this.#recent.get(message.cursor);
    if (known !== undefined) return known;
    const made = this.#options.tell(message);
    this.#recent.set(message.cursor, made);
    const [oldest] = this.#recent.keys();
    if (this.#recent.size > RECENT_MAX && oldest !== undefined) this.#recent.delete(oldest);
    // Whoever asks again gets another chance.
    made.catch(() => this.#recent.delete(message.cursor));
    return made;
  }

  /** True while everything that it heard went out. */
  get isIdle(): boolean {
    return this.#waiting.length === 0 && this.#making.length === 0 && this.#ready.length === 0 && !this.#isServing;
  }

  #makeNext(): void {
    while (this.#making.length < MAKING_MAX) {
      const message = this.#waiting.shift();
      if (message === undefined) return;
      const making: Making = { message, frame: undefined };
      this.#making.push(making);
      this.frameOf(message).then(
        (frame) => this.#made(making, frame),
        () => this.giveUp(),
      );
    }
  }

  #made(making: Making, frame: Frame | null): void {
    making.frame = frame;
    for (let first = this.#making[0]; first?.frame !== undefined; first = this.#making[0]) {
      this.#making.shift();
      if (first.frame !== null) this.#ready.push(first.frame);
    }
    this.#makeNext();
    if (this.#ready.length > 0 && !this.#isJoining) this.#serve();
  }

  /** At once where nothing went out a moment ago. */
  #serve(): void {
    if (this.#isServing) return;
    const batch = new Batch(this.#ready);
    this.#ready = [];
    this.#isJoining = true;
    this.#isServing = true;
    this.#servePortion(batch, this.#members, 0);
    setTimeout(() => {
      this.#isJoining = false;
      if (this.#ready.length > 0) this.#serve();
    }, this.#timing.joinMs);
  }

  #servePortion(batch: Batch, members: readonly Member[], from: number): void {
    const nowMs = this.#options.nowMs();
    const to = Math.min(members.length, from + this.#timing.portion);
    for (let at = from; at < to; at += 1) members[at]?.tell(batch, nowMs);
    if (to < members.length) return void setImmediate(() => this.#servePortion(batch, members, to));
    this.#isServing = false;
    this.#options.onDelivered(batch.frames.length, members.length);
    if (this.#ready.length > 0 && !this.#isJoining) this.#serve();
  }

  /** Its members were not told everything: they resume where they are. */
  giveUp(): void {
    this.#waiting = [];
    for (const member of this.#members) member.end('lost', resumeRequired(NEWS_LOST, member.cursor));
  }
}
