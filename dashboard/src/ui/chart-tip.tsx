interface Props<Point> {
  readonly nameOf: (point: Point) => string;
  /** Given by the chart. */
  readonly active?: boolean;
  readonly payload?: readonly { readonly payload?: Point }[];
}

/** What stands at the pointer. */
export function ChartTip<Point>({ nameOf, active, payload }: Props<Point>) {
  const point = payload?.[0]?.payload;
  return active && point ? <div className="chart-tip">{nameOf(point)}</div> : null;
}
