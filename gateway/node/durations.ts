/**
 * Durations in buckets, shown as a histogram of prom-client's. Its own looks its series up by their labels with each observation, which takes a
 * microsecond or two: a twentieth of a kept answer. Here whoever observes holds on to its series.
 */
import type { Metric, Registry } from 'prom-client';

export interface Durations {
  observe(seconds: number): void;
}

export interface DurationsOptions {
  readonly name: string;
  readonly help: string;
  /** Upper bounds in seconds, ascending. */
  readonly buckets: readonly number[];
  readonly registry: Registry;
}

type Labels = Readonly<Record<string, string>>;

class Series implements Durations {
  /** The last one is for what is longer than all bounds. */
  readonly counts: number[];
  sum = 0;
  readonly #buckets: readonly number[];

  constructor(buckets: readonly number[]) {
    this.#buckets = buckets;
    this.counts = [...buckets.map(() => 0), 0];
  }
  observe(seconds: number): void {
    let at = 0;
    while (at < this.#buckets.length && seconds > (this.#buckets[at] ?? Infinity)) at += 1;
    this.counts[at] = (this.counts[at] ?? 0) + 1;
    this.sum += seconds;
  }
}

/** Answers what makes a series; each labels once. */
export function createDurations({ name, help, buckets, registry }: DurationsOptions): (labels: Labels) => Durations {
  const all: { readonly labels: Labels; readonly series: Series }[] = [];
  const valuesOf = ({ labels, series }: (typeof all)[number]) => {
    let total = 0;
    const bounded = series.counts.map((count, at) => {
      total += count;
      return { metricName: `${name}_bucket`, labels: { le: buckets[at] ?? '+Inf', ...labels }, value: total };
    });
    return [...bounded, { metricName: `${name}_sum`, labels, value: series.sum }, { metricName: `${name}_count`, labels, value: total }];
  };
  // All that a registry asks of a metric. Its type names only prom-client's own classes; a Histogram with another `get` would still be read past it
  // (`getForPromString`). test/unit/gateway/request-metrics.test.ts reads what the registry shows.
  const metric = { name, get: async () => ({ name, help, type: 'histogram', aggregator: 'sum', values: all.flatMap(valuesOf) }) };
  registry.registerMetric(metric as unknown as Metric);
  return (labels) => {
    const series = new Series(buckets);
    all.push({ labels, series });
    return series;
  };
}
