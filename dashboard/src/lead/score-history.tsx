import { memo } from 'react';
import { CartesianGrid, Line, LineChart, ReferenceLine, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';
import type { ScorePoint } from '../api/hub-types.ts';
import { ChartTip } from '../ui/chart-tip.tsx';
import { momentWords, scoreWords } from '../ui/words.ts';

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const day = new Intl.DateTimeFormat(undefined, { month: 'short', day: 'numeric' });
const DAY_MS = 86_400_000;

/** Each score that the lead had, in their order: many may come within a minute, and then none for days. */
export const ScoreHistory = memo(function ScoreHistory({ points }: { readonly points: readonly ScorePoint[] }) {
  const oldestFirst = points.toReversed();
  const [first, last] = [oldestFirst[0], oldestFirst.at(-1)];
  if (!first || !last) return <p className="muted">No scores yet.</p>;
  const isWithinADay = Date.parse(last.at) - Date.parse(first.at) < DAY_MS;
  const atOf = new Map(oldestFirst.map(({ version, at }) => [version, at]));
  const tick = (version: number): string => (isWithinADay ? clock : day).format(new Date(atOf.get(version) ?? last.at));
  const words = (point: ScorePoint): string => `${scoreWords(point.value)} ${point.tier} · ${point.source} · ${momentWords(point.at)}`;
  return (
    <div
      className="chart chart-tall"
      role="img"
      data-testid="score-history"
      aria-label={`${points.length} scores, from ${scoreWords(first.value)} to ${scoreWords(last.value)}`}
    >
      <ResponsiveContainer width="100%" height="100%">
        <LineChart data={oldestFirst} margin={{ top: 8, right: 12, bottom: 0, left: -18 }} accessibilityLayer={false}>
          <CartesianGrid vertical={false} stroke="var(--line)" />
          <ReferenceLine y={70} stroke="var(--hot)" strokeDasharray="3 4" strokeOpacity={0.7} />
          <ReferenceLine y={50} stroke="var(--warm)" strokeDasharray="3 4" strokeOpacity={0.7} />
          <XAxis dataKey="version" tickFormatter={tick} tickLine={false} axisLine={false} fontSize={11} minTickGap={48} />
          <YAxis domain={[0, 100]} ticks={[0, 25, 50, 75, 100]} tickLine={false} axisLine={false} fontSize={11} />
          <Tooltip content={<ChartTip nameOf={words} />} isAnimationActive={false} />
          <Line
            type="monotone"
            dataKey="value"
            stroke="var(--accent)"
            strokeWidth={2.5}
            dot={{ r: 3, fill: 'var(--accent)', strokeWidth: 0 }}
            activeDot={{ r: 5 }}
            isAnimationActive={false}
          />
        </LineChart>
      </ResponsiveContainer>
    </div>
  );
});
