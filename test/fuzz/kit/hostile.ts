/** What hostile or broken senders send: values, texts and bytes, from nothing or from something valid. */
import * as fc from 'fast-check';

/** Stands for a number that JavaScript cannot write and JSON can. */
const HUGE = '\u0001huge';
const deep = (levels: number, open: string, close: string): unknown => JSON.parse(open.repeat(levels) + close.repeat(levels)) as unknown;
/** Own keys that mean something to objects. */
const prototypes = (value: unknown): unknown =>
  JSON.parse(`{"__proto__":${JSON.stringify(value ?? null)},"constructor":{"prototype":{"polluted":1}},"toString":1,"hasOwnProperty":null}`) as unknown;

export const hostileTexts: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    '',
    ' ',
    '\0',
    'a\0b',
    '\ud800',
    'x\udfff',
    '\u202e',
    '\ufeff',
    '__proto__',
    'null',
    '{}',
    'lead_',
    "'; drop table events; --",
    '${7*7}',
    '%00%ff',
  ),
  fc.constantFrom('../../etc/passwd', '\r\nx-injected: 1', '<script>', 'NaN', '-0', '1e400', '2026-13-45T99:99:99Z', '+275760-09-13T00:00:00.001Z'),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)), maxLength: 20 }),
  fc.integer({ min: 1_000, max: 30_000 }).map((length) => 'ä'.repeat(length)),
);
const hostileNumbers = fc.oneof(
  fc.constantFrom(-1, -0, 0.1, 2 ** 31, 2 ** 53, -(2 ** 63), Number.MAX_VALUE, Number.MIN_VALUE),
  fc.constant(HUGE),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);
export const hostileValues: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom<unknown>(null, true, false, [], {}, [null], [[]], { type: 'CreateLead' }) },
  { weight: 4, arbitrary: hostileTexts },
  { weight: 3, arbitrary: hostileNumbers },
  { weight: 2, arbitrary: fc.jsonValue({ maxDepth: 4, stringUnit: 'binary' }) },
  { weight: 1, arbitrary: fc.integer({ min: 10, max: 300 }).map((levels) => deep(levels, '[', ']')) },
  { weight: 1, arbitrary: fc.integer({ min: 10, max: 300 }).map((levels) => JSON.parse('{"a":'.repeat(levels) + '1' + '}'.repeat(levels)) as unknown) },
  { weight: 1, arbitrary: fc.anything({ maxDepth: 1 }).map((value) => prototypes(typeof value === 'bigint' ? null : value)) },
);

type Path = readonly (string | number)[];
function pathsOf(value: unknown, at: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [at];
  return [at, ...Object.entries(value).flatMap(([key, child]) => pathsOf(child, [...at, key]))];
}

/** A key of its own, __proto__ too. */
const own = (of: object, key: PropertyKey, value: unknown): unknown =>
  Object.defineProperty(of, key, { value, enumerable: true, writable: true, configurable: true });

/** One change at one place of a value; the value itself stays as it was. */
function changed(value: unknown, path: Path, change: Change): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return change.kind === 'put' ? change.value : value;
  if (typeof value !== 'object' || value === null) return value;
  const copy = (Array.isArray(value) ? [...(value as unknown[])] : { ...value }) as Record<string | number, unknown>;
  if (rest.length > 0) own(copy, key, changed(copy[key], rest, change));
  else if (change.kind === 'put') own(copy, key, change.value);
  else if (change.kind === 'drop') delete copy[key];
  else own(copy, change.name, change.value);
  return copy;
}
type Change =
  | { readonly kind: 'put'; readonly value: unknown }
  | { readonly kind: 'drop' }
  | { readonly kind: 'add'; readonly name: string; readonly value: unknown };
const changes: fc.Arbitrary<Change> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('put' as const), value: hostileValues }) },
  { weight: 2, arbitrary: fc.constant({ kind: 'drop' as const }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('add' as const), name: hostileTexts, value: hostileValues }) },
);

/** A valid thing with one to three places made strange: another type, missing, added to. */
export const mutated = (valid: fc.Arbitrary<object>): fc.Arbitrary<unknown> =>
  fc.tuple(valid, fc.array(fc.tuple(fc.nat(10_000), changes), { minLength: 1, maxLength: 3 })).map(([value, all]) =>
    all.reduce<unknown>((result, [at, change]) => {
      const paths = pathsOf(result);
      return changed(result, paths[at % paths.length] ?? [], change);
    }, value),
  );

/** JSON, with the numbers that are too large for JavaScript. */
export const asJson = (value: unknown): string => (JSON.stringify(value) ?? 'undefined').replaceAll(JSON.stringify(HUGE), '1e999');

const flipped = (bytes: Buffer, flips: readonly (readonly [number, number])[]): Buffer => {
  const copy = Buffer.from(bytes);
  for (const [at, bit] of flips) if (copy.length > 0) copy[at % copy.length] = (copy[at % copy.length] ?? 0) ^ (1 << bit);
  return copy;
};
/** Bytes from nothing, and valid ones with bits flipped, cut off, doubled or with noise in their middle. */
export function noise(valid: fc.Arbitrary<string>): fc.Arbitrary<Buffer> {
  const bytes = valid.map((text) => Buffer.from(text));
  const random = fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array));
  return fc.oneof(
    random,
    fc.tuple(bytes, fc.array(fc.tuple(fc.nat(100_000), fc.nat(7)), { minLength: 1, maxLength: 8 })).map(([whole, flips]) => flipped(whole, flips)),
    fc.tuple(bytes, fc.nat(100_000)).map(([whole, at]) => whole.subarray(0, at % (whole.length + 1))),
    fc.tuple(bytes, fc.nat(100_000), random).map(([whole, at, middle]) => {
      const cut = at % (whole.length + 1);
      return Buffer.concat([whole.subarray(0, cut), middle, whole.subarray(cut)]);
    }),
    bytes.map((whole) => Buffer.concat([whole, whole])),
  );
}
