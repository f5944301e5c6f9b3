import { memo } from 'react';
import { Bar, BarChart, Cell, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';
import { ChartTip } from '../ui/chart-tip.tsx';

const BINS = 20;
const WIDTH = 100 / BINS;
/** Where the tiers begin, for scores with confidence. */
const tierAt = (score: number): string => (score >= 70 ? 'hot' : score >= 50 ? 'warm' : 'cold');

interface Bin {
  readonly from: number;
  readonly words: string;
  readonly count: number;
}

function binsOf(values: readonly number[]): Bin[] {
  const indexOf = (value: number): number => Math.min(BINS - 1, Math.floor(value / WIDTH));
  return Array.from({ length: BINS }, (_, index) => ({
    from: index * WIDTH,
    words: `${index * WIDTH}–${(index + 1) * WIDTH}`,
    count: values.filter((value) => indexOf(value) === index).length,
  }));
}

export const ScoreSpread = memo(function ScoreSpread({ values }: { readonly values: readonly number[] }) {
  const bins = binsOf(values);
  const most = Math.max(0, ...bins.map(({ count }) => count));
  const words = bins.filter(({ count }) => count > 0).map(({ words, count }) => `${words}: ${count}`);
  return (
    <div className="chart" role="img" aria-label={`How many leads have which score. ${words.join(', ')}`}>
      <ResponsiveContainer width="100%" height="100%">
        <BarChart data={bins} margin={{ top: 4, right: 4, bottom: 0, left: 4 }} barCategoryGap={2} accessibilityLayer={false}>
          <XAxis dataKey="from" ticks={[0, 25, 50, 75]} tickLine={false} axisLine={false} fontSize={11} height={18} />
          <YAxis hide domain={[0, Math.max(4, most)]} />
          <Tooltip
            cursor={{ fill: 'var(--hover)' }}
            content={<ChartTip<Bin> nameOf={(bin) => `${bin.words}: ${bin.count} ${bin.count === 1 ? 'lead' : 'leads'}`} />}
            isAnimationActive={false}
          />
          <Bar dataKey="count" radius={[3, 3, 0, 0]} animationDuration={400}>
            {bins.map(({ from }) => (
              <Cell key={from} fill={`var(--${tierAt(from)})`} />
            ))}
          </Bar>
        </BarChart>
      </ResponsiveContainer>
    </div>
  );
});
