/** Values as JSON text, as the types of their fields want it. Whatever is not as it should be throws: GraphQL itself then says what is wrong. Edge safe. */
import type { RequestContext } from '../../resolvers/context.ts';
import { andThen, type MaybePromise } from '../../resolvers/maybe-promise.ts';
import type { Variables } from './selection.ts';
import type { Shelf } from './texts.ts';

/** One execution. */
export interface Run {
  readonly context: RequestContext;
  /** Coerced. */
  readonly variables: Variables;
}

/** The JSON text of a value; 'null' for null and undefined. Throws, or rejects, where the value does not fit. */
export type Write = (value: unknown, run: Run) => MaybePromise<string>;

export interface FieldWriter {
  /** With its name: `"name":…`. */
  readonly write: (source: unknown, run: Run) => MaybePromise<string>;
  /** Depends on its parent alone: neither on the context nor on variables. */
  readonly isPure: boolean;
}

class UnfitValueError extends Error {
  override readonly name = 'UnfitValueError';
}

export const nonNull =
  (write: Write): Write =>
  (value, run) => {
    if (value == null) throw new UnfitValueError('nothing where the schema promises something');
    return write(value, run);
  };

export const leaf =
  (serialize: (value: unknown) => unknown): Write =>
  (value) => {
    if (value == null) return 'null';
    if (value instanceof Error) throw value;
    const serialized = serialize(value);
    const text = serialized == null ? undefined : JSON.stringify(serialized);
    if (text === undefined) throw new UnfitValueError('a value that is no JSON');
    return text;
  };

export const list =
  (item: Write): Write =>
  (value, run) => {
    if (value == null) return 'null';
    if (!Array.isArray(value)) throw new UnfitValueError('no list where the schema promises one');
    const items: readonly unknown[] = value;
    return join('[', items, (one) => andThen(one, (known) => item(known, run)), ']');
  };

/** `shelf`: for views, whose pure parts are written once for each version. */
export function object(fields: readonly FieldWriter[], shelf: Shelf | undefined): Write {
  const chunks = chunksOf(fields);
  const remember = (source: object, run: Run): readonly string[] | undefined => {
    const texts: string[] = [];
    for (const { isPure, write } of chunks) {
      const text = isPure ? write(source, run) : '';
      // A resolver of the parent alone may still answer later: such a view is written anew each time.
      if (typeof text !== 'string') return void text.catch(() => undefined);
      texts.push(text);
    }
    shelf?.keep(source, texts);
    return texts;
  };
  return (value, run) => {
    if (value == null) return 'null';
    if (value instanceof Error) throw value;
    if (typeof value !== 'object') throw new UnfitValueError('no object where the schema promises one');
    const pure = shelf && (shelf.find(value) ?? remember(value, run));
    return join('{', chunks, (chunk, at) => pure?.[at] || chunk.write(value, run), '}');
  };
}

/** Neighbours that depend on nothing but their parent, or one field that does. */
interface Chunk {
  readonly isPure: boolean;
  readonly write: (source: unknown, run: Run) => MaybePromise<string>;
}

function chunksOf(fields: readonly FieldWriter[]): readonly Chunk[] {
  const chunks: { isPure: boolean; fields: FieldWriter[] }[] = [];
  for (const field of fields) {
    const last = chunks.at(-1);
    if (field.isPure && last?.isPure === true) last.fields.push(field);
    else chunks.push({ isPure: field.isPure, fields: [field] });
  }
  return chunks.map(({ isPure, fields: same }) => ({ isPure, write: neighbours(same) }));
}

function neighbours(fields: readonly FieldWriter[]): Chunk['write'] {
  const [only, ...more] = fields;
  return only !== undefined && more.length === 0 ? only.write : (source, run) => join('', fields, ({ write }) => write(source, run), '');
}

type WriteItem<T> = (item: T, at: number) => MaybePromise<string>;

/** Texts with commas between them. No list of them is made where all are there at once. */
function join<T>(open: string, items: readonly T[], write: WriteItem<T>, close: string): MaybePromise<string> {
  let text = open;
  for (let at = 0; at < items.length; at += 1) {
    const part = write(items[at] as T, at);
    if (typeof part !== 'string') return joinLater(at === 0 ? text : `${text},`, part, items, at + 1, write, close);
    text = at === 0 ? text + part : `${text},${part}`;
  }
  return text + close;
}

function joinLater<T>(begun: string, first: Promise<string>, items: readonly T[], from: number, write: WriteItem<T>, close: string): Promise<string> {
  const parts = [first];
  try {
    items.slice(from).forEach((item, at) => parts.push(Promise.resolve(write(item, from + at))));
  } catch (error) {
    // Nobody waits any more for what was begun before this one threw.
    for (const part of parts) part.catch(() => undefined);
    throw error;
  }
  return Promise.all(parts).then((texts) => begun + texts.join(',') + close);
}
