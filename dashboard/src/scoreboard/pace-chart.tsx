import { memo } from 'react';
import { Bar, BarChart, ResponsiveContainer, Tooltip, YAxis } from 'recharts';
import { ChartTip } from '../ui/chart-tip.tsx';
import { STEP_MS, type PaceStep } from './score-pace.ts';

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const STEPS_SHOWN = 30;

/** The last five minutes; what was before the page was opened is not known, and left empty. */
function lastSteps(steps: readonly PaceStep[]): readonly PaceStep[] {
  const shown = steps.slice(-STEPS_SHOWN);
  const firstMs = shown[0]?.atMs ?? 0;
  const before = Array.from({ length: STEPS_SHOWN - shown.length }, (_, index) => ({
    atMs: firstMs - (STEPS_SHOWN - shown.length - index) * STEP_MS,
    count: 0,
  }));
  return [...before, ...shown];
}

export const PaceChart = memo(function PaceChart({ steps }: { readonly steps: readonly PaceStep[] }) {
  const total = steps.reduce((sum, { count }) => sum + count, 0);
  const most = Math.max(0, ...steps.map(({ count }) => count));
  return (
    <>
      <div className="chart chart-ticks-below" role="img" aria-label={`${total} score changes since the page was opened`}>
        <ResponsiveContainer width="100%" height="100%">
          <BarChart data={lastSteps(steps)} margin={{ top: 4, right: 4, bottom: 0, left: 4 }} barCategoryGap={2} accessibilityLayer={false}>
            <YAxis hide domain={[0, Math.max(8, most)]} />
            <Tooltip
              cursor={{ fill: 'var(--hover)' }}
              content={<ChartTip<PaceStep> nameOf={({ atMs, count }) => `${clock.format(atMs)}: ${count} in 10 s`} />}
              isAnimationActive={false}
            />
            <Bar dataKey="count" fill="var(--accent)" radius={[3, 3, 0, 0]} isAnimationActive={false} />
          </BarChart>
        </ResponsiveContainer>
      </div>
      <p className="chart-ticks muted" aria-hidden="true">
        <span>5 min ago</span>
        <span>now</span>
      </p>
    </>
  );
});
