/** The figures as tables, for people. */
import { spawnSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { cpuModel } from './cpu.ts';
import { PINNED } from './children.ts';
import type { AcceptedResult, DrainResult } from './scenarios/commands.ts';
import type { LiveResult } from './scenarios/live.ts';
import type { ReadFigures } from './scenarios/reads.ts';
import { TRANSPORTS } from './load/jobs.ts';
import { median, quantile } from './statistics.ts';
import { describeReads } from './report-reads.ts';
import { describeScaled, wrongAnswers } from './report-scaled.ts';
import { heldTable } from './report-held.ts';
import { rollingTable } from './report-rolling.ts';
import { stalledTable } from './report-stalled.ts';
import { watchersTable } from './report-watchers.ts';
import type { ScaledResults } from './run-scaled.ts';
import type { HeldResult } from './scenarios/held.ts';
import type { RollingResult } from './scenarios/rolling.ts';
import type { StalledResult } from './scenarios/stalled.ts';
import type { WatchersResult } from './scenarios/watchers.ts';
import { fixed, table, whole } from './tables.ts';

export interface Results {
  readonly reads: readonly ReadFigures[];
  readonly accepted: readonly AcceptedResult[];
  readonly drains: readonly DrainResult[];
  readonly live: readonly LiveResult[];
  readonly scaled: ScaledResults;
  readonly watchers?: WatchersResult;
  readonly stalled?: StalledResult;
  readonly rolling?: RollingResult;
  readonly held?: HeldResult;
  /** What could not be measured here, and why. */
  readonly missing: readonly string[];
}

const ROOT = new URL('../../', import.meta.url);
const PAGE = new URL('docs/benchmarks.md', ROOT);

function acceptedTable(results: readonly AcceptedResult[]): string {
  const rows = results.map(({ writeModel, rounds }) => [
    writeModel,
    whole(median(rounds.map(({ requestsPerSecond }) => requestsPerSecond))),
    fixed(0)(median(rounds.map(({ p50Ms }) => p50Ms))),
    fixed(0)(median(rounds.map(({ p99Ms }) => p99Ms))),
    String(rounds.reduce((sum, { errors }) => sum + errors, 0)),
  ]);
  return table(['write model', 'accepted/s', 'p50 ms', 'p99 ms', 'errors'], rows);
}

function drainTable(results: readonly DrainResult[]): string {
  const rows = results.map((one) => [one.writeModel, whole(one.commands), whole(one.appliedPerSecond), whole(one.visiblePerSecond)]);
  return table(['write model', 'commands', 'applied/s (command handler alone)', 'visible/s (with relay and projector)'], rows);
}

function liveTable(results: readonly LiveResult[]): string {
  const row = (writeModel: string, what: string, values: readonly number[]): string[] => [
    writeModel,
    what,
    String(values.length),
    ...[quantile(values, 0.5), quantile(values, 0.99), Math.max(...values)].map(fixed(1)),
  ];
  const rows = results.flatMap((one) => [
    row(one.writeModel, 'receipt (ACCEPTED)', one.acceptedMs),
    ...TRANSPORTS.map((transport) =>
      row(one.writeModel, transport === 'sse' ? 'subscriber over SSE' : 'subscriber over graphql-ws', one.receivedMs[transport]),
    ),
  ]);
  return table(['write model', 'from the mutation to', 'samples', 'p50 ms', 'p99 ms', 'most ms'], rows);
}

function describeOneProcess(results: Results, head: string): string {
  const cores = PINNED ? 'server on core 0, load on core 1' : NOT_PINNED;
  return [
    `${head}, ${cores}`,
    ...describeReads(results.reads),
    ...(results.accepted.length === 0 ? [] : ['### Commands accepted, 32 clients, while the same process carries them out', acceptedTable(results.accepted)]),
    ...(results.drains.length === 0 ? [] : ['### Commands carried out, put into the log all at once', drainTable(results.drains)]),
    ...(results.live.length === 0 ? [] : ['### From a mutation to those who watch', liveTable(results.live)]),
    ...results.missing.map((sentence) => `**Not measured:** ${sentence}`),
  ].join('\n\n');
}

const NOT_PINNED = 'not pinned to cores (no taskset here)';

/** Markdown by section of the page; only of what was measured, or was to be. */
export function describe(results: Results, command: string): Map<string, string> {
  const head = `${new Date().toISOString().slice(0, 16).replace('T', ' ')} UTC, ${cpuModel()}, Node ${process.versions.node}, \`${command}\``;
  const { reads, accepted, drains, live, missing } = results;
  const sections = new Map<string, string>();
  if ([reads, accepted, drains, live, missing].some(({ length }) => length > 0)) sections.set('figures', describeOneProcess(results, head));
  const cores = PINNED ? 'our processes on core 0, services and load on core 1' : NOT_PINNED;
  const twoCores = `${head}, ${PINNED ? 'server on core 0, load on core 1' : NOT_PINNED}`;
  if (results.watchers) sections.set('watchers figures', `${twoCores}\n\n${watchersTable(results.watchers)}`);
  if (results.rolling) sections.set('rolling figures', `${twoCores}\n\n${rollingTable(results.rolling)}`);
  if (results.held) sections.set('held figures', `${twoCores}\n\n${heldTable(results.held)}`);
  if (results.stalled) sections.set('stalled figures', `${twoCores}\n\n${stalledTable(results.stalled)}`);
  for (const [name, text] of describeScaled(results.scaled)) sections.set(name, `${head}, ${cores}\n\n${text}`);
  return sections;
}

const mark = (section: string, which: 'begin' | 'end'): string => `<!-- ${section}: ${which}${which === 'begin' ? ', written by npm run bench' : ''} -->`;

/** Puts each section between its marks; the others stay as they are. */
export async function writePage(sections: ReadonlyMap<string, string>): Promise<void> {
  let page = await readFile(PAGE, 'utf8');
  for (const [section, text] of sections) {
    const [begin, end] = [mark(section, 'begin'), mark(section, 'end')];
    const [before, rest] = page.split(begin);
    const [, after] = rest?.split(end) ?? [];
    if (before === undefined || after === undefined) throw new Error(`docs/benchmarks.md has lost the marks between which the figures go: ${begin}, ${end}`);
    page = `${before}${begin}\n\n${text}\n\n${end}${after}`;
  }
  await writeFile(PAGE, page);
  // The page is checked like every file.
  const formatted = spawnSync(process.execPath, ['node_modules/.bin/oxfmt', fileURLToPath(PAGE)], { cwd: ROOT });
  if (formatted.status !== 0) throw new Error(`docs/benchmarks.md was written but not formatted: ${formatted.stderr.toString()}`);
}

/** Wrong answers of any kind: a figure with errors is none. */
export const errorsOf = ({ reads, accepted, scaled }: Results): number =>
  [...reads, ...accepted].flatMap(({ rounds }): readonly { errors: number }[] => rounds).reduce((sum, { errors }) => sum + errors, wrongAnswers(scaled));
