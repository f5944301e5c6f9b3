/** The clock that jumps, in a process that knows nothing of it. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const HOUR_MS = 3_600_000;
const SAYS = `
const given = new Date('2026-03-10T20:00:00.000Z');
console.log(JSON.stringify({ now: Date.now(), made: new Date().getTime(), given: given.toISOString(), isDate: new Date() instanceof Date, text: typeof Date() }));`;

it('is ahead by what the file says, and leaves given times alone', () => {
  const folder = mkdtempSync(join(tmpdir(), 'chaos-clock-'));
  const file = join(folder, 'some name.clock');
  writeFileSync(file, String(HOUR_MS));
  const clock = new URL('../../chaos/system/clock.ts', import.meta.url);
  clock.searchParams.set('file', file);
  const { stdout } = spawnSync(process.execPath, ['--import', clock.href, '-e', SAYS], { encoding: 'utf8' });
  const said = JSON.parse(stdout) as { readonly now: number; readonly made: number };
  const aheadMs = [said.now, said.made].map((ms) => ms - Date.now());
  for (const ms of aheadMs) expect(Math.abs(ms - HOUR_MS)).toBeLessThan(60_000);
  expect(said).toMatchObject({ given: '2026-03-10T20:00:00.000Z', isDate: true, text: 'string' });
  rmSync(folder, { recursive: true, force: true });
});
