/** Which versions of what became VISIBLE when, and which each gateway has shown when: what an answer must not fall below. Times in milliseconds since 1970. */
export interface VersionBook {
  /** The least version that the gateway may answer to a request sent at that time: what was VISIBLE longer ago than the bound of trust, and what it had shown itself. */
  leastAt(gateway: number, id: string, sentMs: number): number;
  /** The newest that was VISIBLE by then; 0 where nothing is known. */
  visibleAt(id: string, atMs: number): number;
  becameVisible(id: string, version: number, atMs: number): void;
  shown(gateway: number, id: string, version: number, atMs: number): void;
}

interface Mark {
  readonly version: number;
  readonly atMs: number;
}
/** Of each id, versions upwards. */
type Marks = Map<string, Mark[]>;

function note(marks: Marks, id: string, mark: Mark): void {
  const known = marks.get(id);
  if (known === undefined) marks.set(id, [mark]);
  else if (mark.version > (known.at(-1)?.version ?? 0)) known.push(mark);
}

const versionAt = (marks: Marks, id: string, atMs: number): number => marks.get(id)?.findLast((mark) => mark.atMs < atMs)?.version ?? 0;

export function createVersionBook(gateways: number, trustMs: number): VersionBook {
  const visible: Marks = new Map();
  const shown: readonly Marks[] = Array.from({ length: gateways }, () => new Map<string, Mark[]>());
  const shownBy = (gateway: number): Marks => shown[gateway] ?? new Map<string, Mark[]>();
  return {
    leastAt: (gateway, id, sentMs) => Math.max(versionAt(visible, id, sentMs - trustMs), versionAt(shownBy(gateway), id, sentMs)),
    visibleAt: (id, atMs) => versionAt(visible, id, atMs),
    becameVisible: (id, version, atMs) => note(visible, id, { version, atMs }),
    shown: (gateway, id, version, atMs) => note(shownBy(gateway), id, { version, atMs }),
  };
}
