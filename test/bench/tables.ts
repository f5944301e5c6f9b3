/** Numbers and tables as Markdown. */
export const whole = (value: number): string => Math.round(value).toLocaleString('en-US');
export const fixed = (digits: number) => (value: number | null) => (value === null ? 'not known' : value.toFixed(digits));

export function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(heads), line(heads.map((_, at) => (at === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n');
}
