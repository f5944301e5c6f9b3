/** One consumer of the table log: a member of its group, with the partitions that it owns. */
import type { ConsumeOptions } from '../log.ts';
import { OwnedPartition, type PartitionDeps } from './owned-partition.ts';
import type { GroupPartition, LeaseAnswer, LeaseWish, Member } from './queries.ts';

export class GroupMember {
  readonly options: ConsumeOptions;
  readonly as: Member;
  readonly partitions = new Map<number, OwnedPartition>();
  stopping = false;
  #aliveAtMs = performance.now();
  readonly #deps: PartitionDeps;

  constructor(as: Member, deps: PartitionDeps) {
    this.as = as;
    this.options = deps.options;
    this.#deps = deps;
  }

  /** The loop fetched for this member, or saw that there is nothing. */
  touch(): void {
    this.#aliveAtMs = performance.now();
  }

  idleMs(): number {
    const silences = [...this.partitions.values()].flatMap((partition) => partition.silentMs() ?? []);
    return silences.length > 0 ? Math.max(...silences) : performance.now() - this.#aliveAtMs;
  }

  /** A handler that gave no sign for as long as a lease lasts: the member counts as gone and its partitions go to others. */
  isSilent(): boolean {
    return [...this.partitions.values()].some((partition) => (partition.silentMs() ?? 0) > this.#deps.leaseMs);
  }

  /** What to keep and what to take, given who lives in the group and how many partitions there are. Marks what should go to others. */
  wishes(living: readonly Member[], partitions: readonly GroupPartition[]): LeaseWish[] {
    const members = living.filter((other) => other.group === this.as.group && other.topic === this.as.topic).map((other) => other.member);
    const place = members.toSorted().indexOf(this.as.member);
    return partitions.flatMap(({ partition }): LeaseWish[] => {
      const owned = this.partitions.get(partition);
      const isMine = place >= 0 && partition % members.length === place;
      if (owned === undefined) return isMine ? [{ ...this.#place(partition), epoch: 0, claim: true }] : [];
      if (!this.stopping) owned.leaving = !isMine;
      return owned.state === 'lost' ? [] : [{ ...owned.at, claim: false }];
    });
  }

  #place(partition: number): Omit<LeaseWish, 'epoch' | 'claim'> {
    return { group: this.as.group, topic: this.as.topic, partition, owner: this.as.member };
  }

  /** Takes over what was granted. */
  granted(lease: LeaseAnswer, askedAtMs: number): void {
    const owned = this.partitions.get(lease.partition);
    if (owned === undefined) this.partitions.set(lease.partition, new OwnedPartition(lease, this.#deps, askedAtMs));
    else if (owned.at.epoch === lease.epoch) owned.renewedAtMs = askedAtMs;
  }

  /** Forgets lost partitions whose handler has ended. */
  forgetLost(): void {
    for (const [number, partition] of this.partitions) if (partition.state === 'lost' && !partition.busy) this.partitions.delete(number);
  }

  /** What should go to another member and can go now. */
  takeLeaving(): OwnedPartition[] {
    const leaving = [...this.partitions.values()].filter((partition) => partition.leaving && !partition.busy);
    for (const partition of leaving) this.partitions.delete(partition.at.partition);
    return leaving.filter((partition) => partition.state !== 'lost');
  }
}
