/**
 * Subscribers with the same question and the same authority. What they are told of messages keeps the order of those; what is ready
 * within a few milliseconds goes out together; and thousands of members are served in portions, which take their turns with those of other groups.
 */
import type { Delivered } from '../../platform/live-bus/live-bus.ts';
import { resumeRequired } from '../../resolvers/errors.ts';
import type { Interest } from '../../resolvers/live/live-field.ts';
import { NEWS_LOST } from '../../resolvers/live/live-feed.ts';
import type { Frame } from './frame.ts';
import type { Member } from './member.ts';
import { Portion, ReadyFrames } from './portion.ts';
import type { Rounds } from './rounds.ts';
import type { Tell } from './teller.ts';

export interface GroupOptions {
  readonly accept: (message: Delivered) => boolean;
  readonly interest: Interest;
  readonly tell: Tell;
  readonly elapsedMs: () => number;
  /** Told of results that went out, and how many members they went to. */
  readonly onDelivered: (results: number, members: number) => void;
  readonly rounds: Rounds;
  readonly timing: GroupTiming;
}

export interface GroupTiming {
  /** Milliseconds: what is ready for somebody within so long of the last results goes out together. */
  readonly joinMs: number;
  /** Members that are served before others of the process get their turn. */
  readonly portion: number;
}

export const DEFAULT_GROUP_TIMING: GroupTiming = { joinMs: 5, portion: 250 };
/** Results that are made at the same time; views that they need are read together. */
const MAKING_MAX = 64;
/** Messages that wait to be made results: beyond that the group cannot keep up, and its members resume later. */
const WAITING_MAX = 10_000;

interface Making {
  readonly message: Delivered;
  /** Undefined: not ready yet. */
  frame: Frame | null | undefined;
}

export class Group {
  readonly accept: GroupOptions['accept'];
  readonly interest: Interest;
  /** What its members are told of a message. */
  readonly tell: Tell;
  readonly #options: GroupOptions;
  #portions: Portion[] = [];
  #waiting: Delivered[] = [];
  readonly #making: Making[] = [];
  readonly #ready = new ReadyFrames();

  constructor(options: GroupOptions) {
    this.#options = options;
    this.accept = options.accept;
    this.interest = options.interest;
    this.tell = options.tell;
  }

  /** Those that have not ended, and perhaps some that just did. */
  get members(): readonly Member[] {
    return this.#portions.flatMap(({ members }) => members);
  }

  add(member: Member): void {
    const { timing, rounds, elapsedMs, onDelivered } = this.#options;
    let portion = this.#portions.find(({ members }) => members.length < timing.portion);
    if (portion === undefined) this.#portions.push((portion = new Portion(this.#ready, { rounds, elapsedMs, onDelivered, joinMs: timing.joinMs })));
    portion.members.push(member);
  }

  /** Lets go of members that have ended. True where none is left. */
  sweep(): boolean {
    for (const portion of this.#portions) portion.members = portion.members.filter(({ isEnded }) => !isEnded);
    this.#portions = this.#portions.filter(({ members }) => members.length > 0);
    return this.#portions.length === 0;
  }

  /** A sign of life for members who had none for so long. */
  beatAfter(silentMs: number): void {
    for (const portion of this.#portions) portion.beatAfter(silentMs);
  }

  /** A message that it accepts; in the order of their cursors. */
  hear(message: Delivered): void {
    if (this.#waiting.length >= WAITING_MAX) return this.giveUp();
    this.#waiting.push(message);
    this.#makeNext();
  }

  /** True while everything that it heard went out. */
  get isIdle(): boolean {
    return this.#waiting.length === 0 && this.#making.length === 0 && this.#portions.every((portion) => portion.heardAll);
  }

  #makeNext(): void {
    while (this.#making.length < MAKING_MAX) {
      const message = this.#waiting.shift();
      if (message === undefined) return;
      const making: Making = { message, frame: undefined };
      this.#making.push(making);
      this.tell(message).then(
        (frame) => this.#made(making, frame),
        () => this.giveUp(),
      );
    }
  }

  #made(making: Making, frame: Frame | null): void {
    making.frame = frame;
    const before = this.#ready.end;
    for (let first = this.#making[0]; first?.frame !== undefined; first = this.#making[0]) {
      this.#making.shift();
      if (first.frame !== null) this.#ready.add(first.frame);
    }
    this.#makeNext();
    if (this.#ready.end === before) return;
    this.#ready.forget(Math.min(this.#ready.end, ...this.#portions.map(({ heard }) => heard)));
    for (const portion of this.#portions) portion.askForTurn();
  }

  /** Its members were not told everything: they resume where they are. */
  giveUp(): void {
    this.#waiting = [];
    for (const member of this.members) member.end('lost', resumeRequired(NEWS_LOST, member.cursor));
  }
}
