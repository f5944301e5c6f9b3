/** What a process tells at /metrics, as numbers by name and labels. */
export type Metrics = ReadonlyMap<string, number>;

const LINE = /^(\w+)(?:\{(.*)\})? (\S+)$/;
const LABEL = /(\w+)="([^"]*)"/g;

const keyOf = (name: string, labels: Readonly<Record<string, string>>): string =>
  `${name}|${Object.entries(labels)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([label, value]) => `${label}=${value}`)
    .join(',')}`;

function parse(text: string): Metrics {
  return new Map(
    text.split('\n').flatMap((line): [string, number][] => {
      const [, name, labels = '', value] = LINE.exec(line) ?? [];
      if (name === undefined) return [];
      return [[keyOf(name, Object.fromEntries(Array.from(labels.matchAll(LABEL), ([, label = '', of = '']) => [label, of]))), Number(value)]];
    }),
  );
}

export async function readMetrics(url: string): Promise<Metrics> {
  const response = await fetch(`${url}/metrics`);
  if (!response.ok) throw new Error(`${url}/metrics answered ${response.status}`);
  return parse(await response.text());
}

/** How much has come to each number of several processes together. */
export function growth(before: readonly Metrics[], after: readonly Metrics[]): Metrics {
  const sum = new Map<string, number>();
  for (const [at, metrics] of after.entries()) for (const [key, value] of metrics) sum.set(key, (sum.get(key) ?? 0) + value - (before[at]?.get(key) ?? 0));
  return sum;
}

export const valueOf = (metrics: Metrics, name: string, labels: Readonly<Record<string, string>> = {}): number => metrics.get(keyOf(name, labels)) ?? 0;

/** Values of a label that occur with that name. */
export const labelsOf = (metrics: Metrics, name: string, label: string): readonly string[] => [
  ...new Set([...metrics.keys()].filter((key) => key.startsWith(`${name}|`)).flatMap((key) => new RegExp(`[|,]${label}=([^,]*)`).exec(key)?.[1] ?? [])),
];

/** The upper bound of the histogram's bucket in which that part of its observations ends; Infinity where it is beyond all; null where there are none. */
export function bucketOf(metrics: Metrics, name: string, part: number): number | null {
  const bounds = labelsOf(metrics, `${name}_bucket`, 'le')
    .map((le) => ({ bound: le === '+Inf' ? Infinity : Number(le), count: valueOf(metrics, `${name}_bucket`, { le }) }))
    .sort((a, b) => a.bound - b.bound);
  const total = bounds.at(-1)?.count ?? 0;
  return total === 0 ? null : (bounds.find(({ count }) => count >= total * part)?.bound ?? Infinity);
}
