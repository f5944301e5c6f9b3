/** Values as JSON text, as the types of their fields want it. Whatever is not as it should be throws: GraphQL itself then says what is wrong. Edge safe. */
import type { GraphQLLeafType } from 'graphql';
import type { RequestContext } from '../../resolvers/context.ts';
import { andThen, type MaybePromise } from '../../resolvers/maybe-promise.ts';
import { jsonText } from './json-text.ts';
import type { Variables } from './selection.ts';
import type { Shelf, Value, ValueTexts } from './texts.ts';

/** One execution. */
export interface Run {
  readonly context: RequestContext;
  /** Coerced. */
  readonly variables: Variables;
}

/** The JSON text of a value; 'null' for null and undefined. Throws, or rejects, where the value does not fit. */
export type Write = (value: unknown, run: Run) => MaybePromise<string>;

export interface FieldWriter {
  /** `"name":` */
  readonly key: string;
  /** Of the field's value. */
  readonly write: (source: unknown, run: Run) => MaybePromise<string>;
  /** Depends on its parent alone: neither on the context nor on variables. */
  readonly isPure: boolean;
  /** Null where nobody could say which one it is. */
  readonly value: Value | null;
}

/** Nobody reads it: GraphQL meets the value again, and says what is wrong with it. */
class UnfitValueError extends Error {}

export const nonNull =
  (write: Write): Write =>
  (value, run) => {
    if (value == null) throw new UnfitValueError();
    return write(value, run);
  };

export const leaf =
  (type: Pick<GraphQLLeafType, 'serialize'>, isRequired: boolean): Write =>
  (value) => {
    if (value == null) {
      if (isRequired) throw new UnfitValueError();
      return 'null';
    }
    if (value instanceof Error) throw value;
    const serialized = type.serialize(value);
    const text = serialized == null ? undefined : jsonText(serialized);
    if (text === undefined) throw new UnfitValueError();
    return text;
  };

export const list =
  (item: Write): Write =>
  (value, run) => {
    if (value == null) return 'null';
    if (!Array.isArray(value)) throw new UnfitValueError();
    return join('[', value as readonly unknown[], (one) => (one instanceof Promise ? one.then((known) => item(known, run)) : item(one, run)), ']');
  };

/**
 * An object is written as pieces with holes between them: a hole is the value of a field that depends on more than its parent, a piece is all that stands
 * before it, names and punctuation included. `shelf`: for views, whose pieces are the same for each version.
 */
export function object(fields: readonly FieldWriter[], shelf: Shelf | undefined): Write {
  const { pieces: templates, holes } = templateOf(fields);
  const fixed = templates.every((template) => template.fields.length === 0) ? templates.map(({ end }) => end) : undefined;
  const piecesOf = (source: object, run: Run): readonly string[] | null => {
    const pieces: string[] = [];
    const values = shelf?.values(source);
    for (const template of templates) {
      const piece = pieceOf(template, source, run, values);
      if (piece === null) return null;
      pieces.push(piece);
    }
    shelf?.keep(source, pieces);
    return pieces;
  };
  return (value, run) => {
    if (value == null) return 'null';
    if (value instanceof Error) throw value;
    if (typeof value !== 'object') throw new UnfitValueError();
    const pieces = fixed ?? shelf?.find(value) ?? piecesOf(value, run);
    if (pieces === null) return join('{', fields, ({ key, write }) => andThen(write(value, run), (text) => key + text), '}');
    let text = pieces[0] ?? '';
    for (let at = 0; at < holes.length; at += 1) {
      const part = holes[at]?.write(value, run) ?? '';
      if (typeof part !== 'string') return filledLater(text, part, pieces.slice(at + 1), holes.slice(at + 1), (hole) => hole.write(value, run));
      text += part + (pieces[at + 1] ?? '');
    }
    return text;
  };
}

/** Fields that depend on nothing but their parent, up to a hole or the end. */
interface Template {
  /** `before`: what stands before the field's value. */
  readonly fields: readonly (Pick<FieldWriter, 'write' | 'value'> & { readonly before: string })[];
  readonly end: string;
}

function templateOf(fields: readonly FieldWriter[]): { readonly pieces: readonly Template[]; readonly holes: readonly FieldWriter[] } {
  const pieces: Template[] = [];
  const holes: FieldWriter[] = [];
  let open: Template['fields'][number][] = [];
  for (const [at, field] of fields.entries()) {
    const before = (at === 0 ? '{' : ',') + field.key;
    if (field.isPure) open.push({ before, write: field.write, value: field.value });
    else {
      pieces.push({ fields: open, end: before });
      holes.push(field);
      open = [];
    }
  }
  return { pieces: [...pieces, { fields: open, end: fields.length === 0 ? '{}' : '}' }], holes };
}

/** Null where one of them answers later, as a resolver of the parent alone may, too: then the object is written anew each time. */
function pieceOf({ fields, end }: Template, source: object, run: Run, values: ValueTexts | undefined): string | null {
  let text = '';
  for (const { before, write, value } of fields) {
    const known = value === null ? undefined : values?.value(value);
    const part = known ?? write(source, run);
    if (typeof part !== 'string') {
      part.catch(() => undefined);
      return null;
    }
    if (known === undefined && value !== null) values?.keepValue(value, part);
    text += before + part;
  }
  return text + end;
}

/** `begun`: all before the hole that `first` will fill. The others are begun at once. */
async function filledLater<T>(
  begun: string,
  first: Promise<string>,
  pieces: readonly string[],
  holes: readonly T[],
  write: (hole: T) => MaybePromise<string>,
): Promise<string> {
  const parts = await allOf(first, holes, write);
  return parts.reduce((text, part, at) => text + part + (pieces[at] ?? ''), begun);
}

type WriteItem<T> = (item: T) => MaybePromise<string>;

/** Texts with commas between them. No list of them is made where all are there at once. */
function join<T>(open: string, items: readonly T[], write: WriteItem<T>, close: string): MaybePromise<string> {
  let text = open;
  for (let at = 0; at < items.length; at += 1) {
    const part = write(items[at] as T);
    const begun = at === 0 ? text : `${text},`;
    if (typeof part !== 'string') return allOf(part, items.slice(at + 1), write).then((parts) => begun + parts.join(',') + close);
    text = begun + part;
  }
  return text + close;
}

/** All of them are begun before any is waited for. */
function allOf<T>(first: Promise<string>, items: readonly T[], write: WriteItem<T>): Promise<string[]> {
  const parts = [first];
  try {
    for (const item of items) parts.push(Promise.resolve(write(item)));
  } catch (error) {
    // Nobody waits any more for what was begun before this one threw.
    for (const part of parts) part.catch(() => undefined);
    throw error;
  }
  return Promise.all(parts);
}
