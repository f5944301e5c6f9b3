/** What sessions did and were told, and whether that could be: reads their own writes by the token, monotonic reads at each gateway, no lost update. */
export interface WriteDone {
  readonly kind: 'write';
  readonly session: number;
  readonly lead: string;
  readonly version: number;
  readonly endedAt: number;
}

export interface ReadDone {
  readonly kind: 'read';
  readonly session: number;
  readonly gateway: number;
  readonly lead: string;
  /** What the token asked for; 0 without one. */
  readonly atLeast: number;
  /** Null: the gateway said UNAVAILABLE. */
  readonly version: number | null;
  readonly startedAt: number;
  readonly endedAt: number;
}

export type Done = WriteDone | ReadDone;

/** Sentences, one for each violation. */
export function violationsIn(history: readonly Done[]): string[] {
  const writes = history.filter((done) => done.kind === 'write');
  const reads = history.filter((done): done is ReadDone & { readonly version: number } => done.kind === 'read' && done.version !== null);
  return [...unknownVersions(writes, reads), ...unreadWrites(reads), ...steppedBack(reads)];
}

type Answered = ReadDone & { readonly version: number };

/** Each write has a version of its own, and nobody reads what nobody wrote. */
function unknownVersions(writes: readonly WriteDone[], reads: readonly Answered[]): string[] {
  const known = new Set(writes.map(({ lead, version }) => `${lead}@${version}`));
  const twice = writes.length === known.size ? [] : ['two writes have the same version'];
  const invented = reads.filter(({ lead, version }) => version > 1 && !known.has(`${lead}@${version}`));
  return [...twice, ...invented.map(({ lead, version }) => `nobody wrote ${lead} at ${version}`)];
}

const unreadWrites = (reads: readonly Answered[]): string[] =>
  reads
    .filter(({ version, atLeast }) => version < atLeast)
    .map(
      ({ session, gateway, lead, version, atLeast }) => `session ${session} read ${lead} at ${version} at gateway ${gateway}, and its token said ${atLeast}`,
    );

/** A read that began when another had ended at the same gateway is not older. */
function steppedBack(reads: readonly Answered[]): string[] {
  const violations: string[] = [];
  for (const of of Map.groupBy(reads, ({ gateway, lead }) => `${gateway} ${lead}`).values()) {
    const byEnd = of.toSorted((a, b) => a.endedAt - b.endedAt);
    let [seen, at] = [0, 0];
    for (const read of of.toSorted((a, b) => a.startedAt - b.startedAt)) {
      for (let ended = byEnd[at]; ended !== undefined && ended.endedAt < read.startedAt; ended = byEnd[at]) {
        seen = Math.max(seen, ended.version);
        at += 1;
      }
      if (read.version < seen) violations.push(`gateway ${read.gateway} showed ${read.lead} at ${read.version} after ${seen}`);
    }
  }
  return violations;
}
