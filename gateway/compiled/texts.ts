/**
 * Texts of views by selection: a view of one version is one object that nobody changes (resolvers/parse-view.ts), so what a selection makes of it
 * is always the same. Bound by bytes in two generations: what was not used for a whole generation is forgotten. Edge safe.
 */
export interface Shelf {
  find(view: object): readonly string[] | undefined;
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

type Texts = WeakMap<object, readonly string[]>;

export function createTextMemory(bytesMax: number = BYTES_MAX): TextMemory {
  // By shelf. A generation goes as a whole, whoever still holds on to its shelves.
  let young = new Map<Shelf, Texts>();
  let old = new Map<Shelf, Texts>();
  let bytes = 0;
  const keep = (shelf: Shelf, view: object, texts: readonly string[]): void => {
    bytes += texts.reduce((sum, { length }) => sum + length, ENTRY_BYTES);
    if (bytes > bytesMax / 2) [old, young, bytes] = [young, new Map(), 0];
    const known = young.get(shelf) ?? new WeakMap<object, readonly string[]>();
    young.set(shelf, known.set(view, texts));
  };
  return {
    shelf() {
      const shelf: Shelf = {
        find(view) {
          const known = young.get(shelf)?.get(view);
          if (known !== undefined) return known;
          const aged = old.get(shelf)?.get(view);
          if (aged !== undefined) keep(shelf, view, aged);
          return aged;
        },
        keep(view, texts) {
          texts.forEach(flatten);
          keep(shelf, view, texts);
        },
      };
      return shelf;
    },
  };
}
