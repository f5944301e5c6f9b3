/** The commands of one batch, each in the line of its lead: decided in order, or parked where something of that lead has to come first. */
import type { Aggregate } from '../../domain/aggregate.ts';
import { isCreation } from '../../domain/stream-ids.ts';
import { streamKey } from '../../platform/event-store/event-store.ts';
import type { ParkedCommand } from '../../platform/event-store/parking.ts';
import { fromParked, type Arrival } from './arrival.ts';
import type { Draft } from './draft.ts';
import { judge } from './judge.ts';
import type { Ledger } from './ledger.ts';
import { foundErased, messageOf } from './outcomes.ts';
import { recheckMs, retryDelayMs, type ParkingTiming } from './parking-timing.ts';

export const WAITS_FOR_CREATION = 'waits for the command that makes its lead';
const BEHIND = 'waits behind an earlier command of its lead';

export interface LinesOptions {
  readonly draft: Draft;
  readonly ledger: Ledger;
  /** Streams that have parked commands. Keys: streamKey. */
  readonly parked: ReadonlySet<string>;
  /** The parked commands of those streams that something might go before. */
  readonly waitingLines: readonly ParkedCommand[];
  /** Streams that somebody else holds: their commands are parked without another wait. */
  readonly locked: ReadonlySet<string>;
  readonly timing: ParkingTiming;
  readonly at: string;
}

export class Lines {
  readonly #options: LinesOptions;
  readonly #parked: Set<string>;
  /** Commands of this batch whose lead is not there, by stream: its creation may come in this batch yet. */
  readonly #waiting = new Map<string, Arrival[]>();

  constructor(options: LinesOptions) {
    this.#options = options;
    this.#parked = new Set(options.parked);
  }

  take(arrival: Arrival): void {
    const key = streamKey(arrival.envelope);
    const isLocked = this.#options.locked.has(key);
    if (this.#parked.has(key) && (isLocked || !this.#goesFirst(key, arrival))) return this.#parkBehind(arrival);
    if (isLocked) return this.#parkFirst(key, arrival, 'somebody else holds the lead');
    const waiting = this.#waiting.get(key);
    if (waiting !== undefined && !isCreation(arrival.envelope.command)) return void waiting.push(arrival);
    this.#decide(key, arrival);
    if (waiting === undefined || this.#stateOf(arrival) === null) return;
    this.#waiting.delete(key);
    for (const next of waiting) this.take(next);
  }

  /** Once all were taken: what still waits for its lead is parked. */
  finish(): void {
    const why = { attempts: 0, dueInMs: recheckMs(0), lastError: WAITS_FOR_CREATION };
    for (const arrivals of this.#waiting.values()) for (const arrival of arrivals) this.#options.ledger.park(arrival, why);
  }

  #decide(key: string, arrival: Arrival): void {
    const { draft, ledger, at } = this.#options;
    const verdict = judge(draft, arrival.envelope, at);
    if (verdict.kind === 'TROUBLE') return this.#parkFirst(key, arrival, messageOf(verdict.error));
    if (verdict.kind === 'WAITS') return void this.#waiting.set(key, [...(this.#waiting.get(key) ?? []), arrival]);
    ledger.settle(arrival, verdict.outcome);
    if (!this.#parked.has(key) || verdict.outcome.status !== 'APPLIED') return;
    if (arrival.envelope.command.type === 'EraseLead') this.#endLine(key);
    else ledger.wake(arrival.envelope);
  }

  #parkBehind(arrival: Arrival): void {
    this.#options.ledger.park(arrival, { attempts: 0, dueInMs: 0, lastError: BEHIND });
  }

  #parkFirst(key: string, arrival: Arrival, lastError: string): void {
    this.#parked.add(key);
    this.#options.ledger.park(arrival, { attempts: 1, dueInMs: retryDelayMs(this.#options.timing, 1) ?? 0, lastError });
  }

  /** A creation need not wait for those who wait for it, nor an erasure for what it erases. */
  #goesFirst(key: string, arrival: Arrival): boolean {
    const { command } = arrival.envelope;
    if (command.type !== 'EraseLead' && !isCreation(command)) return false;
    const state = this.#stateOf(arrival);
    if (command.type === 'EraseLead') return state !== null && state !== 'UNREADABLE';
    return state === null && !this.#lineOf(key).some((parked) => isCreation(fromParked(parked).envelope.command));
  }

  /** What waited for the lead finds it erased. */
  #endLine(key: string): void {
    const { ledger, at } = this.#options;
    for (const parked of this.#lineOf(key)) {
      const arrival = fromParked(parked);
      ledger.settle(arrival, foundErased(arrival.envelope, at));
      ledger.unpark(parked);
    }
    this.#parked.delete(key);
  }

  #lineOf(key: string): readonly ParkedCommand[] {
    return this.#options.waitingLines.filter((parked) => streamKey(parked) === key);
  }

  #stateOf({ envelope }: Arrival): Aggregate | null | 'UNREADABLE' {
    try {
      return this.#options.draft.state(envelope);
    } catch {
      return 'UNREADABLE';
    }
  }
}
