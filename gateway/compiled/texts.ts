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

export function createTextMemory(bytesMax: number = BYTES_MAX): TextMemory {
  let generation = 0;
  let bytes = 0;
  const count = (texts: readonly string[]): void => {
    bytes += texts.reduce((sum, { length }) => sum + length, ENTRY_BYTES);
    if (bytes <= bytesMax / 2) return;
    generation += 1;
    bytes = 0;
  };
  return {
    shelf() {
      let young = new WeakMap<object, readonly string[]>();
      let old = new WeakMap<object, readonly string[]>();
      let since = generation;
      const age = (): void => {
        old = generation - since === 1 ? young : new WeakMap();
        young = new WeakMap();
        since = generation;
      };
      const keep = (view: object, texts: readonly string[]): void => {
        texts.forEach(flatten);
        count(texts);
        if (since !== generation) age();
        young.set(view, texts);
      };
      return {
        find(view) {
          if (since !== generation) age();
          const known = young.get(view);
          if (known !== undefined) return known;
          const aged = old.get(view);
          if (aged !== undefined) keep(view, aged);
          return aged;
        },
        keep,
      };
    },
  };
}
