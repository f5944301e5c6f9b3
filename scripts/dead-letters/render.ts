/** Dead letters as text for a terminal. */
import type { DeadLetter } from '../../platform/dead-letters/dead-letters.ts';
import type { FoundLetter } from './source.ts';

const REASON_CHARS_MAX = 100;

/** A record may hold anything: what would move the cursor or change colours is shown as a dot. */
export const printable = (text: string): string => text.replace(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/gu, '·');
const cut = (text: string, charsMax: number): string => (text.length <= charsMax ? text : `${text.slice(0, charsMax - 1).toWellFormed()}…`);
const placeInLog = ({ original }: DeadLetter): string => `${original.topic}/${original.partition}@${original.offset}`;
const replayed = ({ replays, replayedAt }: DeadLetter): string => (replays === 0 ? '-' : `${replays}x ${replayedAt ?? ''}`);

const COLUMNS: readonly { readonly title: string; readonly of: (letter: DeadLetter) => string }[] = [
  { title: 'PUT ASIDE', of: ({ at }) => at },
  { title: 'TENANT', of: ({ tenant }) => tenant ?? '-' },
  { title: 'TYPE', of: ({ type }) => type ?? '-' },
  { title: 'ABOUT', of: ({ streamId }) => streamId ?? '-' },
  { title: 'IN THE LOG', of: placeInLog },
  { title: 'TRIES', of: ({ attempts }) => String(attempts) },
  { title: 'REPLAYED', of: replayed },
  { title: 'ID', of: ({ id }) => id },
  { title: 'REASON', of: ({ reason }) => cut(reason, REASON_CHARS_MAX) },
];

/** A line of titles, then a line for each letter. */
export function tableOf(letters: readonly DeadLetter[]): string {
  const rows = [COLUMNS.map(({ title }) => title), ...letters.map((letter) => COLUMNS.map(({ of }) => printable(of(letter))))];
  const widths = COLUMNS.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Everything about one letter, a line each; the record itself last. */
export function pageOf({ letter, receipt }: FoundLetter): string {
  const { original } = letter;
  const facts: readonly (readonly [string, string | number | null])[] = [
    ['id', letter.id],
    ['tenant', letter.tenant],
    ['type', letter.type],
    ['about', letter.streamId],
    ['command', letter.commandId],
    ['reason', letter.reason],
    ['tries', letter.attempts],
    ['first failed', letter.firstFailedAt],
    ['put aside', letter.at],
    ['by', letter.group],
    ['in the log', `${placeInLog(letter)}, since ${new Date(original.appendedAtMs).toISOString()}, key ${original.key}`],
    ['trace', letter.traceparent],
    ['replayed', letter.replays === 0 ? null : `${letter.replays} times, last ${letter.replayedAt} by ${letter.replayedBy}`],
    ['the command now', receipt && `${receipt.status}${receipt.error ? `: ${receipt.error.message}` : ''}`],
  ];
  const width = Math.max(...facts.map(([name]) => name.length));
  const lines = facts.map(([name, value]) => `${name.padEnd(width)}  ${value === null ? '-' : printable(String(value))}`);
  return [...lines, '', recordOf(letter)].join('\n');
}

function recordOf({ original: { value, cutFrom } }: DeadLetter): string {
  if (value === null) return 'The record is gone: its lead was erased.';
  if (cutFrom !== undefined) return `The first ${value.length} of ${cutFrom} characters of the record:\n${printable(value)}`;
  try {
    // JSON escapes what is not printable, but not everything.
    return JSON.stringify(JSON.parse(value), null, 2).split('\n').map(printable).join('\n');
  } catch {
    return printable(value); // Not JSON: that may be why it is here.
  }
}
