/**
 * Texts of views: a view of one version is one object that nobody changes (resolvers/view-of.ts), so what a selection makes of it, or of one of its values,
 * is always the same. It is remembered once the view is written again: what comes only once (a turn through all pages by many documents) would cost more to
 * remember than to write. Bound by bytes in two generations: what was not used for a whole generation is forgotten. Edge safe.
 */
import { createNotes } from '../../platform/cache/notes.ts';

/** A field's value as selections want it, whatever they call it: one object for all of them. */
export type Value = object;

/** Of one view. */
export interface ValueTexts {
  value(value: Value): string | undefined;
  keepValue(value: Value, text: string): void;
}

/** Of one selection. */
export interface Shelf {
  find(view: object): readonly string[] | undefined;
  /** What is known of its values; undefined while it is written for the first time. */
  values(view: object): ValueTexts | undefined;
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
/** Longer ones are remembered with the whole of their selection only: few are wanted by many selections. */
const VALUE_CHARACTERS_MAX = 500;
/** Selections that a view knows of, so that it notices which comes again. */
const WRITERS_MAX = 16;
/** Of the names of shared parts; beyond that they begin anew. */
const NAMES_MAX = 1_000_000;

/** One for each view, so that whoever looks for a text looks up one thing. Knows nothing of its view, which would live as long. */
class ViewTexts implements ValueTexts {
  /** Numbers of the shelves whose selections wrote it last. */
  readonly writers: number[] = [];
  writes = 0;
  readonly #count: (view: ViewTexts, characters: number) => void;
  #young: Map<object, readonly string[]> | undefined;
  #old: Map<object, readonly string[]> | undefined;

  /** `count` is told of everything that is kept, before it is. */
  constructor(count: (view: ViewTexts, characters: number) => void) {
    this.#count = count;
  }

  get isEmpty(): boolean {
    return !this.#young && !this.#old;
  }

  /** `of`: the shelf or the value. */
  find(of: object): readonly string[] | undefined {
    const texts = this.#young?.get(of);
    if (texts !== undefined) return texts;
    const aged = this.#old?.get(of);
    if (aged !== undefined) this.#put(of, aged);
    return aged;
  }

  keep(of: object, texts: readonly string[]): void {
    texts.forEach(flatten);
    this.#put(of, texts);
  }

  value(value: Value): string | undefined {
    return this.find(value)?.[0];
  }

  keepValue(value: Value, text: string): void {
    if (text.length <= VALUE_CHARACTERS_MAX) this.keep(value, [text]);
  }

  /** One generation further: what is old is forgotten. */
  shift(): void {
    [this.#old, this.#young] = [this.#young, undefined];
  }

  #put(of: object, texts: readonly string[]): void {
    this.#count(
      this,
      texts.reduce((sum, { length }) => sum + length, 0),
    );
    this.#young ??= new Map();
    this.#young.set(of, texts);
  }
}

export function createTextMemory(bytesMax: number = BYTES_MAX): TextMemory {
  const views = createNotes<object, ViewTexts>();
  /** Those that have texts, weakly: what somebody who was erased was called goes with the view. */
  let all: WeakRef<ViewTexts>[] = [];
  let bytes = 0;
  const count = (view: ViewTexts, characters: number): void => {
    bytes += characters + ENTRY_BYTES;
    if (bytes > bytesMax / 2) [all, bytes] = [all.filter((ref) => isKeptOn(ref.deref())), 0];
    if (view.isEmpty) all.push(new WeakRef(view));
  };
  const learn = (view: object): ViewTexts => {
    const known = new ViewTexts(count);
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
        find: (view) => views.of(view)?.find(shelf),
        values: (view) => views.of(view),
        keep(view, texts) {
          const known = views.of(view) ?? learn(view);
          if (isWanted(known, number)) known.keep(shelf, texts);
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

/** One generation further. True where anything is left. */
function isKeptOn(view: ViewTexts | undefined): boolean {
  view?.shift();
  return view?.isEmpty === false;
}
