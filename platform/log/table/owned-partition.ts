/** One partition that a consumer owns: hands out one batch at a time and moves the offset behind it. */
import { BATCH_BYTES_MAX, type ConsumeOptions, type ReceivedRecord } from '../log.ts';
import type { FetchRequest, LeaseAnswer, Ownership } from './queries.ts';

/** The partition belongs to another member now. */
export class PartitionLostError extends Error {
  override readonly name = 'PartitionLostError';
}

export interface PartitionDeps {
  readonly options: ConsumeOptions;
  readonly leaseMs: number;
  /** Moves the offset and renews the lease; false where another owns the partition. */
  commit(at: Ownership & { readonly nextOffset: number }): Promise<boolean>;
  /** Something changed that the loop should look at. */
  changed(): void;
}

const RETRY_MIN_MS = 100;
const RETRY_MAX_MS = 5_000;

export class OwnedPartition {
  readonly at: Ownership;
  /** The next offset to hand out. */
  position: number;
  /** Another member should have it: no new batch. */
  leaving = false;
  state: 'idle' | 'running' | 'pausing' | 'lost' = 'idle';
  /** When the lease was surely renewed, and when the running handler last gave a sign; performance.now(). */
  renewedAtMs: number;
  #signAtMs = 0;
  #failures = 0;
  #stopped = new AbortController();
  #running: Promise<void> | null = null;
  readonly #deps: PartitionDeps;

  constructor(lease: LeaseAnswer, deps: PartitionDeps, renewedAtMs: number) {
    this.at = { group: lease.group, topic: lease.topic, partition: lease.partition, owner: lease.owner, epoch: lease.epoch };
    this.position = lease.nextOffset;
    this.renewedAtMs = renewedAtMs;
    this.#deps = deps;
  }

  /** Not even a lost partition is gone before its handler ended. */
  get busy(): boolean {
    return this.#running !== null;
  }

  /** Milliseconds since the running handler gave a sign; null where none runs. */
  silentMs(): number | null {
    return this.state === 'running' || (this.state === 'lost' && this.busy) ? performance.now() - this.#signAtMs : null;
  }

  /** `bytesAtOnceMax`: what the fetch may bring for this partition, whatever its batches may hold. */
  request(bytesAtOnceMax: number): FetchRequest {
    const { recordsMax, bytesMax = BATCH_BYTES_MAX } = this.#deps.options;
    return { topic: this.at.topic, partition: this.at.partition, offset: this.position, recordsMax, bytesMax: Math.floor(Math.min(bytesMax, bytesAtOnceMax)) };
  }

  /** Hands the records to the handler. Call only while idle. */
  start(records: readonly ReceivedRecord[]): void {
    this.state = 'running';
    this.#signAtMs = performance.now();
    this.#running = this.#run(records).finally(() => {
      this.#running = null;
      this.#deps.changed();
    });
  }

  /** Another owns it, or nobody can say who: stops the handler. */
  lose(): void {
    if (this.state === 'lost') return;
    this.state = 'lost';
    this.#stopped.abort(new PartitionLostError(`${this.at.group} lost partition ${this.at.partition} of ${this.at.topic}`));
  }

  /** Takes no new batch, tells the handler and waits for it. */
  async stop(): Promise<void> {
    this.leaving = true;
    this.#stopped.abort(new Error('the consumer stops'));
    await this.#running;
  }

  async #run(records: readonly ReceivedRecord[]): Promise<void> {
    try {
      await this.#handle(records);
      await this.#finish(records, records.length);
      if (this.state === 'running') this.state = 'idle';
    } catch (error) {
      // Whoever is told to stop may leave its work: that is no error.
      if (!this.leaving || !this.#stopped.signal.aborted) this.#deps.options.onError(error);
      if (this.state === 'running') await this.#pause();
    }
  }

  async #handle(records: readonly ReceivedRecord[]): Promise<void> {
    let settled = false;
    const finished = async (count: number): Promise<void> => {
      // It was given up, and somebody else may work on the same records by now.
      if (settled) throw new PartitionLostError('the handler of this batch has settled already');
      await this.#finish(records, count);
    };
    const { topic, partition } = this.at;
    try {
      await this.#deps.options.handle({ topic, partition, records, signal: this.#stopped.signal, heartbeat: () => this.#heartbeat(), finished });
    } finally {
      settled = true;
    }
  }

  /** Moves the offset behind the first `count` of the records. */
  async #finish(records: readonly ReceivedRecord[], count: number): Promise<void> {
    const last = records[count - 1];
    const next = last === undefined ? this.position : Number(last.offset) + 1;
    await this.#renew(next);
    this.position = Math.max(this.position, next);
    this.#failures = 0;
  }

  async #heartbeat(): Promise<void> {
    this.#signAtMs = performance.now();
    this.#assertOwned();
    // Memory answers while the lease is young; a handler that slept through it must hear from the database whether it still counts.
    if (performance.now() - this.renewedAtMs > this.#deps.leaseMs / 3) await this.#renew(this.position);
  }

  async #renew(nextOffset: number): Promise<void> {
    this.#assertOwned();
    const askedAtMs = performance.now();
    if (!(await this.#deps.commit({ ...this.at, nextOffset }))) this.lose();
    this.#assertOwned();
    this.renewedAtMs = askedAtMs;
  }

  #assertOwned(): void {
    if (this.state === 'lost') throw new PartitionLostError(`${this.at.group} lost partition ${this.at.partition} of ${this.at.topic}`);
  }

  async #pause(): Promise<void> {
    const { signal } = this.#stopped;
    this.state = 'pausing';
    const pauseMs = Math.min(RETRY_MAX_MS, RETRY_MIN_MS * 2 ** this.#failures++);
    await new Promise<void>((resolve) => {
      const done = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, pauseMs);
      if (signal.aborted) done();
      else signal.addEventListener('abort', done, { once: true });
    });
    if (this.state === 'pausing') this.state = 'idle';
  }
}
