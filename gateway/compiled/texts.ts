/**
 * Texts of views by selection: a view of one version is one object that nobody changes (resolvers/parse-view.ts), so what a selection makes of it
 * is always the same. It is remembered once it is asked for again: what comes only once (a turn through all pages by many documents) would cost more to
 * remember than to write. Bound by bytes in two generations: what was not used for a whole generation is forgotten. Edge safe.
 */
import { createNotes } from '../../platform/cache/notes.ts';

export interface Shelf {
  find(view: object): readonly string[] | undefined;
  /** Offered whenever it was written. */
  keep(view: object, texts: readonly string[]): void;
}

export interface TextMemory {
  /** A place for the texts of one selection. */
  shelf(): Shelf;
  /**
   * What was made under that name before, whichever document asked for it: the same selection has one shelf, and few parts that are used by many stay
   * nearer to the processor than many that are alike.
   */
  shared<Part extends object>(name: string, make: () => Part): Part;
}

/**
 * Text that was put together is a tree of its parts until somebody reads it whole. Whoever puts kept text into an answer would walk that tree each
 * time: this saves 12 % of a list of 20.
 */
const flatten = (text: string): void => void Number(text);

/** A text's characters are a byte or two each; an entry of the map and its list are about this. */
const ENTRY_BYTES = 150;
const BYTES_MAX = 64 * 1024 * 1024;
/** Selections that a view knows of, so that it notices which comes again. */
const WRITERS_MAX = 16;
/** Of the names of shared parts; beyond that they begin anew. */
const NAMES_MAX = 1_000_000;

type Texts = Map<Shelf, readonly string[]>;

/** One for each view, so that whoever looks for a text looks up one thing. Knows nothing of its view, which would live as long. */
interface ViewTexts {
  /** Numbers of the shelves whose selections wrote it last. */
  readonly writers: number[];
  writes: number;
  young: Texts | undefined;
  old: Texts | undefined;
}

/** One generation further: what is old is forgotten. True where anything is left. */
function shift(view: ViewTexts | undefined): boolean {
  if (view === undefined) return false;
  [view.old, view.young] = [view.young, undefined];
  return view.old !== undefined;
}

export function createTextMemory(bytesMax: number = BYTES_MAX): TextMemory {
  const views = createNotes<object, ViewTexts>();
  /** Those that have texts, weakly: what somebody who was erased was called goes with the view. */
  let all: WeakRef<ViewTexts>[] = [];
  let bytes = 0;
  const keep = (shelf: Shelf, view: ViewTexts, texts: readonly string[]): void => {
    bytes += texts.reduce((sum, { length }) => sum + length, ENTRY_BYTES);
    if (bytes > bytesMax / 2) [all, bytes] = [all.filter((ref) => shift(ref.deref())), 0];
    if (!view.young && !view.old) all.push(new WeakRef(view));
    view.young ??= new Map();
    view.young.set(shelf, texts);
  };
  const learn = (view: object): ViewTexts => {
    const known = { writers: [], writes: 0, young: undefined, old: undefined };
    views.put(view, known);
    return known;
  };
  let shelves = 0;
  let parts = new Map<string, object>();
  let characters = 0;
  return {
    shelf() {
      const number = (shelves += 1);
      const shelf: Shelf = {
        find(view) {
          const known = views.of(view);
          const texts = known?.young?.get(shelf);
          if (texts !== undefined) return texts;
          const aged = known?.old?.get(shelf);
          if (known !== undefined && aged !== undefined) keep(shelf, known, aged);
          return aged;
        },
        keep(view, texts) {
          const known = views.of(view) ?? learn(view);
          if (!isWanted(known, number)) return;
          texts.forEach(flatten);
          keep(shelf, known, texts);
        },
      };
      return shelf;
    },
    shared<Part extends object>(name: string, make: () => Part) {
      const known = parts.get(name);
      if (known !== undefined) return known as Part;
      const part = make();
      characters += name.length;
      if (characters > NAMES_MAX) [parts, characters] = [new Map(), name.length];
      parts.set(name, part);
      return part;
    },
  };
}

/** Notes down that the selection wrote the view. True where it is among the last that did. */
function isWanted(view: ViewTexts, shelf: number): boolean {
  if (view.writers.includes(shelf)) return true;
  view.writers[view.writes % WRITERS_MAX] = shelf;
  view.writes += 1;
  return false;
}
