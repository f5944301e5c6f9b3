/** Members of a group that are told together, and how far they were told. */
import { Batch, type Frame } from './frame.ts';
import type { Member } from './member.ts';
import type { Rounds, Turn } from './rounds.ts';

/** Results of a group, oldest first, for as long as some of its members have not heard them. Numbers count from its first result on. */
export class ReadyFrames {
  #frames: Frame[] = [];
  /** Number of the first that is still here. */
  #first = 0;
  #last: { readonly from: number; readonly to: number; readonly batch: Batch } | undefined;

  /** One more than the number of the newest. */
  get end(): number {
    return this.#first + this.#frames.length;
  }

  add(frame: Frame): void {
    this.#frames.push(frame);
  }

  /** Everything from that number on. Who asks for the same gets the same, so that its forms are made once. */
  batchFrom(from: number): Batch {
    const to = this.end;
    if (this.#last?.from !== from || this.#last.to !== to) this.#last = { from, to, batch: new Batch(this.#frames.slice(from - this.#first)) };
    return this.#last.batch;
  }

  /** Lets go of what was before that number. */
  forget(before: number): void {
    if (before <= this.#first) return;
    this.#frames.splice(0, before - this.#first);
    this.#first = before;
  }
}

export interface PortionOptions {
  readonly rounds: Rounds;
  /** Milliseconds from one turn to the next, at the least. */
  readonly joinMs: number;
  readonly elapsedMs: () => number;
  /** Told of each turn: how many results went to how many members. */
  readonly onDelivered: (results: number, members: number) => void;
}

export class Portion implements Turn {
  members: Member[] = [];
  readonly #ready: ReadyFrames;
  readonly #options: PortionOptions;
  #heard: number;
  #waitsForTurn = false;
  #lastTurnMs = performance.now();

  constructor(ready: ReadyFrames, options: PortionOptions) {
    this.#ready = ready;
    this.#options = options;
    this.#heard = ready.end;
  }

  /** Number of the first result that they have not heard. */
  get heard(): number {
    return this.#heard;
  }
  get heardAll(): boolean {
    return this.#heard === this.#ready.end;
  }

  /** There is something new for them: at once where nothing went out a moment ago. */
  askForTurn(): void {
    if (this.#waitsForTurn) return;
    this.#waitsForTurn = true;
    const inMs = this.#lastTurnMs + this.#options.joinMs - performance.now();
    if (inMs <= 0) this.#options.rounds.add(this);
    else setTimeout(() => this.#options.rounds.add(this), inMs);
  }

  /** A sign of life for those who had none for so long; in their turn, since thousands of them would hold up everybody else. */
  beatAfter(silentMs: number): void {
    if (this.#waitsForTurn || performance.now() - this.#lastTurnMs < silentMs) return;
    this.#lastTurnMs = performance.now();
    this.#options.rounds.add({
      take: () => {
        for (const member of this.members) member.beat();
        return this.members.length;
      },
    });
  }

  take(): number {
    const { members } = this;
    const [batch, elapsedMs] = [this.#ready.batchFrom(this.#heard), this.#options.elapsedMs()];
    this.#waitsForTurn = false;
    this.#lastTurnMs = performance.now();
    this.#heard = this.#ready.end;
    for (const member of members) member.tell(batch, elapsedMs);
    this.#options.onDelivered(batch.frames.length, members.length);
    return members.length;
  }
}
