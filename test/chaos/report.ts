/** What a run comes to, for people. */
import type { SentCommand } from './history.ts';
import type { RunResult } from './run.ts';
import type { Violation } from './checker/violation.ts';

/** Of each kind of violation; all of them are in the folder. */
const SHOWN_MAX = 5;

export function summary({ seed, accepted, perSecond, faults, poisons, reads, told, reloads, restarts, moving, violations }: RunResult): string {
  const count = Object.values(faults).reduce((sum, one) => sum + one, 0);
  const kinds = Object.entries(faults)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([kind, times]) => `${kind} ${times}`);
  return [
    `seed ${seed}: ${accepted} accepted commands, ${perSecond.toFixed(1)} a second`,
    `${count} faults (${kinds.join(', ')}), ${restarts} restarts, ${poisons} poisons, ${reads} reads`,
    `${told} results to watchers, who were told to read again ${reloads} times`,
    ...moving.map((what) => `it did not become quiet in time: ${what}`),
    `violations: ${violations.length}`,
  ].join('\n');
}

/** Grouped by what was broken, the first few of each with the history of the commands that they are about. */
export function violationText({ violations, history }: Pick<RunResult, 'violations' | 'history'>): string {
  const groups = new Map<string, Violation[]>();
  for (const violation of violations) {
    const title = `promise ${violation.promise}: ${violation.what}`;
    groups.set(title, [...(groups.get(title) ?? []), violation]);
  }
  return [...groups].map(([title, own]) => groupText(title, own, history.commands)).join('\n');
}

function groupText(title: string, violations: readonly Violation[], commands: ReadonlyMap<string, SentCommand>): string {
  const shown = violations.slice(0, SHOWN_MAX).map(({ ids, expected, found }) => {
    const about = ids.flatMap((id) => commands.get(id) ?? []).map((command) => `\n      ${JSON.stringify(command)}`);
    return `  ${ids.filter(Boolean).join(' ')}\n    expected ${JSON.stringify(expected)}\n    found    ${JSON.stringify(found)}${about.join('')}`;
  });
  const more = violations.length > SHOWN_MAX ? [`  … and ${violations.length - SHOWN_MAX} more`] : [];
  return [`${title} (${violations.length})`, ...shown, ...more].join('\n');
}
