/** A short run of chaos: `npm run chaos` is the long one. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { describeWithServices } from '../support/services.ts';
import { ALL_FAULTS } from './faults/schedule.ts';
import { summary, violationText } from './report.ts';
import { runChaos } from './run.ts';
import { seedOfTheDay } from './seeds.ts';

const SHORT = {
  loadMs: 40_000,
  rate: 40,
  clients: 16,
  watchers: 40,
  faults: ALL_FAULTS,
  faultEveryMs: 3_000,
  faultScale: 0.3,
  poisonEvery: 100,
  quietTimeoutMs: 120_000,
};

describeWithServices('the scaled size under load and faults', ['postgres', 'kafka', 'redis', 'bridge'], () => {
  const seed = seedOfTheDay(new Date());

  it(`loses nothing, doubles nothing and shows nothing old (seed ${seed})`, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'lead-intelligence-chaos-'));
    // Postgres runs as another user where we are root, and has to get at its folder.
    chmodSync(folder, 0o755);
    const result = await runChaos({ ...SHORT, seed, folder });
    writeFileSync(join(folder, 'violations.json'), JSON.stringify(result.violations, null, 1));
    expect(result.violations.length, `${summary(result)}\n${violationText(result)}\nLogs and history are in ${folder}.`).toBe(0);
    expect(result.moving, `it still moved; see ${folder}`).toEqual([]);
    expect(result.accepted).toBeGreaterThan(SHORT.rate * 10);
    expect(Object.values(result.faults).reduce((sum, one) => sum + one, 0)).toBeGreaterThan(5);
    rmSync(folder, { recursive: true, force: true });
  });
});
