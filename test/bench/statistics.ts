/** The few statistics that the tables need. */

/** `part` from 0 to 1 of the values sorted upwards, by nearest rank. Throws a RangeError where there are none. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const value = sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)];
  if (value === undefined) throw new RangeError('there are no values');
  return value;
}

export const median = (values: readonly number[]): number =>
  (quantile(values, 0.5) +
    quantile(
      values.map((value) => -value),
      0.5,
    ) *
      -1) /
  2;
