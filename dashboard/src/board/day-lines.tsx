import { memo } from 'react';
import { CartesianGrid, Line, LineChart, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';
import type { BoardDay } from '../api/board-types.ts';
import { ChartTip } from '../ui/chart-tip.tsx';

const short = new Intl.DateTimeFormat(undefined, { month: 'short', day: 'numeric', timeZone: 'UTC' });
const dayWords = (day: string): string => short.format(new Date(day));
const words = ({ day, hot, warm, cold, newLeads }: BoardDay): string => `${dayWords(day)}: ${hot} hot, ${warm} warm, ${cold} cold, ${newLeads} new`;
const TIER_LINES = ['hot', 'warm', 'cold'] as const;

/** How many leads stood in each tier, day by day. */
export const DayLines = memo(function DayLines({ days }: { readonly days: readonly BoardDay[] }) {
  const last = days.at(-1);
  return (
    <div className="chart chart-tall" role="img" data-testid="day-lines" aria-label={`Leads by tier on ${days.length} days. ${last ? words(last) : ''}`}>
      <ResponsiveContainer width="100%" height="100%">
        <LineChart data={[...days]} margin={{ top: 8, right: 12, bottom: 0, left: -18 }} accessibilityLayer={false}>
          <CartesianGrid vertical={false} stroke="var(--line)" />
          <XAxis dataKey="day" tickFormatter={dayWords} tickLine={false} axisLine={false} fontSize={11} minTickGap={40} />
          <YAxis allowDecimals={false} tickLine={false} axisLine={false} fontSize={11} />
          <Tooltip content={<ChartTip<BoardDay> nameOf={words} />} isAnimationActive={false} />
          {TIER_LINES.map((tier) => (
            <Line
              key={tier}
              type="linear"
              dataKey={tier}
              stroke={`var(--${tier})`}
              strokeWidth={2.5}
              dot={{ r: 3, strokeWidth: 0, fill: `var(--${tier})` }}
              isAnimationActive={false}
            />
          ))}
        </LineChart>
      </ResponsiveContainer>
    </div>
  );
});
