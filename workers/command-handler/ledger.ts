/** What a batch comes to, gathered command by command and written at once. */
import type { CommandReceipt } from '../../domain/messages.ts';
import type { DeadLetter } from '../../platform/dead-letters/dead-letters.ts';
import { commandKey, type CommandOutcome, type EventStoreTransaction, type EventStoreWork, type StreamRef } from '../../platform/event-store/event-store.ts';
import type { CommandToPark, ParkedRef, Postponement } from '../../platform/event-store/parking.ts';
import { makeLetter, type RecordFailure } from '../kit/dead-letter.ts';
import { groupOfTopic, toParked, type Arrival } from './arrival.ts';
import type { Draft } from './draft.ts';
import { isCallers } from './tell-callers.ts';

export interface BatchResult {
  /** By commandKey; commands handled before have their first outcome, parked ones none. */
  readonly outcomes: ReadonlyMap<string, CommandReceipt>;
  /** What this run added to the inbox and to the streams; a redelivered command adds nothing. */
  readonly handled: number;
  readonly eventCount: number;
  /** Commands put into the lines, and lines made due: somebody should look. */
  readonly parked: number;
  readonly woken: number;
  /** The outcomes that callers wait for, of those that this run brought about. */
  readonly forCallers: readonly CommandReceipt[];
  /** Those that this run wrote. */
  readonly letters: readonly DeadLetter[];
}

export const nothingDone = (known: ReadonlyMap<string, CommandOutcome> = new Map()): BatchResult => ({
  outcomes: known,
  handled: 0,
  eventCount: 0,
  parked: 0,
  woken: 0,
  forCallers: [],
  letters: [],
});

export class Ledger {
  readonly #known: ReadonlyMap<string, CommandOutcome>;
  readonly #at: string;
  readonly #settled: { readonly arrival: Arrival; readonly outcome: CommandReceipt; readonly failure?: Partial<RecordFailure> | undefined }[] = [];
  readonly #parked: CommandToPark[] = [];
  readonly #unparked: ParkedRef[] = [];
  readonly #postponed: Postponement[] = [];
  readonly #woken: StreamRef[] = [];

  /** `known`: the outcomes that the inbox had before. */
  constructor(known: ReadonlyMap<string, CommandOutcome>, at: string) {
    this.#known = known;
    this.#at = at;
  }

  /** The command has its outcome. Where that is DEAD_LETTERED there will be a letter; `failure` tells more about it. */
  settle(arrival: Arrival, outcome: CommandReceipt, failure?: Partial<RecordFailure>): void {
    this.#settled.push({ arrival, outcome, failure });
  }
  park(arrival: Arrival, why: Pick<CommandToPark, 'attempts' | 'dueInMs' | 'lastError'>): void {
    this.#parked.push(toParked(arrival, why));
  }
  unpark(ref: ParkedRef): void {
    this.#unparked.push(ref);
  }
  postpone(postponement: Postponement): void {
    this.#postponed.push(postponement);
  }
  wake(stream: StreamRef): void {
    this.#woken.push(stream);
  }

  async #letters(): Promise<DeadLetter[]> {
    const dead = this.#settled.filter(({ outcome }) => outcome.status === 'DEAD_LETTERED');
    return Promise.all(
      dead.map(({ arrival: { record }, outcome, failure }) =>
        makeLetter(groupOfTopic(record.topic), { record, reason: outcome.error?.message ?? 'unknown', attempts: 1, ...failure }, this.#at),
      ),
    );
  }

  #replaced(): NonNullable<EventStoreWork['replayed']> {
    return this.#settled.flatMap(({ arrival: { envelope }, outcome }) =>
      envelope.replay === undefined ? [] : [{ outcome, letter: envelope.replay.letter, by: envelope.replay.by }],
    );
  }

  /** Writes everything, the draft's facts too. */
  async write(tx: EventStoreTransaction, draft: Pick<Draft, 'appends' | 'claims'> = { appends: [], claims: [] }): Promise<BatchResult> {
    const replayed = this.#replaced();
    const again = new Set(replayed.map(({ outcome }) => outcome));
    const settled = this.#settled.map(({ outcome }) => outcome);
    const letters = await this.#letters();
    const work: EventStoreWork = {
      appends: draft.appends,
      claims: draft.claims,
      outcomes: settled.filter((outcome) => !again.has(outcome)),
      replayed,
      letters,
      parked: this.#parked,
      unparked: this.#unparked,
      postponed: this.#postponed,
      woken: this.#woken,
    };
    await tx.write(work);
    return {
      outcomes: new Map([...this.#known, ...settled.map((outcome) => [commandKey(outcome), outcome] as const)]),
      handled: settled.length,
      eventCount: draft.appends.reduce((count, { events }) => count + events.length, 0),
      parked: this.#parked.length,
      woken: this.#woken.length,
      forCallers: this.#settled.flatMap(({ arrival, outcome }) => (isCallers(arrival.envelope) ? [outcome] : [])),
      letters,
    };
  }
}
