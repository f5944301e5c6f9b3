/**
 * Texts of views by selection: a view of one version is one object that nobody changes (resolvers/parse-view.ts), so what a selection makes of it
 * is always the same. It is remembered once it is asked for again: what comes only once (a turn through all pages by many documents) would cost more to
 * remember than to write. Bound by bytes in two generations: what was not used for a whole generation is forgotten. Edge safe.
 */
export interface Shelf {
  find(view: object): readonly string[] | undefined;
  /** Offered whenever it was written. */
  keep(view: object, texts: readonly string[]): void;
}

export interface TextMemory {
  /** A place for the texts of one selection. */
  shelf(): Shelf;
}

/**
 * Text that was put together is a tree of its parts until somebody reads it whole. Whoever puts kept text into an answer would walk that tree each
 * time: this saves 12 % of a list of 20.
 */
const flatten = (text: string): void => void Number(text);

/** A text's characters are a byte or two each; an entry of the map and its list are about this. */
const ENTRY_BYTES = 150;
const BYTES_MAX = 64 * 1024 * 1024;

/** Of one view, by shelf: one map that the collector has to look into for each view, not for each selection of it. */
type Texts = Map<Shelf, readonly string[]>;

export function createTextMemory(bytesMax: number = BYTES_MAX): TextMemory {
  let young = new WeakMap<object, Texts>();
  /** Undefined: nothing was ever forgotten. */
  let old: WeakMap<object, Texts> | undefined;
  let bytes = 0;
  const isWanted = createNotes();
  const keep = (shelf: Shelf, view: object, texts: readonly string[]): void => {
    bytes += texts.reduce((sum, { length }) => sum + length, ENTRY_BYTES);
    if (bytes > bytesMax / 2) [old, young, bytes] = [young, new WeakMap(), 0];
    const known = young.get(view);
    if (known === undefined) young.set(view, new Map([[shelf, texts]]));
    else known.set(shelf, texts);
  };
  let shelves = 0;
  return {
    shelf() {
      const number = (shelves += 1);
      const shelf: Shelf = {
        find(view) {
          const known = young.get(view)?.get(shelf);
          if (known !== undefined) return known;
          const aged = old?.get(view)?.get(shelf);
          if (aged !== undefined) keep(shelf, view, aged);
          return aged;
        },
        keep(view, texts) {
          if (!isWanted(view, number)) return;
          texts.forEach(flatten);
          keep(shelf, view, texts);
        },
      };
      return shelf;
    },
  };
}

/** Bits; half a megabyte of them. */
const NOTES = 2 ** 22;
/** Then all are forgotten: one in forty that comes for the first time would be taken for another one. */
const NOTED_MAX = NOTES / 40;

/** Answers whether the view was asked about with that number a while ago, as far as bits tell that several may share. */
function createNotes(): (view: object, number: number) => boolean {
  const bits = new Uint8Array(NOTES / 8);
  const numbers = new WeakMap<object, number>();
  let views = 0;
  let noted = 0;
  const numberOf = (view: object): number => {
    const known = numbers.get(view);
    if (known !== undefined) return known;
    numbers.set(view, (views += 1));
    return views;
  };
  return (view, number) => {
    const place = (Math.imul(numberOf(view), 0x9e3779b1) ^ Math.imul(number, 0x85ebca6b)) >>> 10;
    const mask = 1 << (place & 7);
    const before = bits[place >>> 3] ?? 0;
    if ((before & mask) !== 0) return true;
    if (noted >= NOTED_MAX) {
      bits.fill(0);
      noted = 0;
    }
    bits[place >>> 3] = (bits[place >>> 3] ?? 0) | mask;
    noted += 1;
    return false;
  };
}
