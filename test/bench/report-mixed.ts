/** The figures of mixed traffic as tables. */
import { MIXED_KINDS, type MixedFigures } from './load/jobs.ts';
import { bucketOf, labelsOf, valueOf } from './scenarios/metrics-text.ts';
import type { FlatResult } from './scenarios/flat.ts';
import type { MixedResult } from './scenarios/mixed.ts';
import { quantile } from './statistics.ts';
import { fixed, table, whole } from './tables.ts';

const PREFIX = 'lead_intelligence_';
const HEARD = `${PREFIX}visible_to_gateway_seconds`;

const latency = (values: readonly number[]): string[] =>
  values.length === 0 ? ['0', '', '', ''] : [String(values.length), ...[quantile(values, 0.5), quantile(values, 0.99), Math.max(...values)].map(fixed(1))];

function requestsTable({ leads, open, closed, perSecond }: MixedResult): string {
  const reads = (of: MixedFigures): number[] => MIXED_KINDS.filter((kind) => !kind.startsWith('changes')).flatMap((kind) => [...of.ms[kind]]);
  return table(
    [`${whole(leads)} leads, ${whole(perSecond)} requests a second`, 'samples', 'p50 ms', 'p99 ms', 'most ms'],
    [
      ['all reads', ...latency(reads(open))],
      ...MIXED_KINDS.map((kind) => [kind, ...latency(open.ms[kind])]),
      [`closed loop, ${whole(closed.perSecond)} a second: all reads`, ...latency(reads(closed))],
      ['closed loop: changes, until VISIBLE', ...latency(closed.ms['changes, until VISIBLE'])],
    ],
  );
}

/** Whatever layers the gateways count; of each what was asked of it. */
function layersTable({ gateways, worker, open }: MixedResult): string {
  const count = (fact: string, layer: string): number => valueOf(gateways, `${PREFIX}cache_${fact}_total`, { layer });
  const rows = [...labelsOf(gateways, `${PREFIX}cache_hits_total`, 'layer')].sort().map((layer) => {
    const [hits, joined, missed] = ['hits', 'joined', 'missed'].map((fact) => count(fact, layer)) as [number, number, number];
    const asked = hits + joined + missed;
    const share = (part: number): string => (asked === 0 ? '' : `${fixed(1)((part / asked) * 100)} %`);
    return [layer, whole(asked), share(hits), share(joined), share(missed), whole(count('dropped', layer)), whole(count('refused', layer))];
  });
  const origin = valueOf(worker, `${PREFIX}role_fact`, { role: 'origin', fact: 'answers_total' });
  const heads = ['layer, both gateways', 'asked', 'answered here', 'joined another', 'went on', 'dropped by changes', 'not taken in'];
  const answers = MIXED_KINDS.reduce((sum, kind) => sum + open.ms[kind].length, 0);
  return `${table(heads, rows)}\n\nThe origin (L3) answered ${whole(origin)} times; ${whole(open.notModified)} of ${whole(answers)} answers were 304.`;
}

function staleTable({ gateways, open }: MixedResult): string {
  const heard = (part: number): string => {
    const seconds = bucketOf(gateways, HEARD, part);
    return seconds === null ? '' : `at most ${seconds * 1000}`;
  };
  return table(
    ['from VISIBLE until', 'samples', 'p50 ms', 'p99 ms', 'most ms'],
    [
      ['the gateway that took the change in was seen to serve it', ...latency(open.shownMs.same)],
      ['the other one was', ...latency(open.shownMs.other)],
      ['both were', ...latency(open.shownMs.last)],
      ['a gateway had heard of it, as they count', whole(valueOf(gateways, `${HEARD}_count`)), heard(0.5), heard(0.99), ''],
    ],
  );
}

export function mixedTables(result: MixedResult): string {
  const checked = result.open.checked + result.closed.checked;
  const behind = result.open.behind + result.closed.behind;
  const told = [...result.closed.told, ...result.open.told];
  const sentence = `Of ${whole(checked)} leads in answers ${whole(behind)} were behind what was VISIBLE when they were asked for, all within the second of trust; wrong, or older than may be: ${whole(wrongMixed(result))}. Refused, or not VISIBLE within 5 s: ${whole(result.open.refused)} (closed loop: ${whole(result.closed.refused)}).`;
  return [
    requestsTable(result),
    layersTable(result),
    staleTable(result),
    sentence,
    ...told.slice(0, 1).map((what) => `**The first wrong answer:** ${what}`),
  ].join('\n\n');
}

export const wrongMixed = ({ open, closed }: MixedResult): number => open.wrong + closed.wrong;

export function flatTable({ cacheMegabytes, rows, wrong }: FlatResult): string {
  const heads = [`caches of ${cacheMegabytes} MB, minutes`, 'gateway', 'leads in answers, both', 'least RSS MB', 'most RSS MB', 'L0 holds MB', 'L1 holds MB'];
  const cells = rows.map(({ minutes, gateway, leads, leastMegabytes, mostMegabytes, keptMegabytes: { L0, L1 } }) => [
    fixed(minutes < 1 ? 1 : 0)(minutes),
    String(gateway),
    whole(leads),
    ...[leastMegabytes, mostMegabytes].map(fixed(0)),
    ...[L0, L1].map(fixed(1)),
  ]);
  return `${table(heads, cells)}\n\nWrong answers: ${whole(wrong)}.`;
}
