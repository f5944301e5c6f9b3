/** Duplicate and reordered delivery: records of before come again, shuffled. And work that goes on beside: a rebuild of the views. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { LANES } from '../../../domain/messages.ts';
import { commandTopic, eventTopic } from '../../../platform/log/topics.ts';
import type { Random } from '../../../scripts/demo/random.ts';
import { forgetChild, rememberChild } from '../../../scripts/services/children.ts';
import type { FaultKind } from './fault.ts';

const RECORDS_MAX = 200;
const ROOT = new URL('../../../', import.meta.url);

function shuffled<T>(items: readonly T[], random: Random): T[] {
  const all = [...items];
  for (let at = all.length - 1; at > 0; at -= 1) {
    const other = random.between(0, at);
    [all[at], all[other]] = [all[other] as T, all[at] as T];
  }
  return all;
}

const redeliver: FaultKind = {
  kind: 'redeliver',
  weight: 4,
  targets: () => LANES.flatMap((lane) => [commandTopic(lane), eventTopic(lane)]),
  async run({ rawLog, random }, topic) {
    const records = await rawLog.read(topic, RECORDS_MAX);
    const partitions = new Map<number, typeof records>();
    for (const record of records) partitions.set(record.partition, [...(partitions.get(record.partition) ?? []), record]);
    // To where they were: the same key stays in its partition. What is large is left out: it was poison.
    for (const [partition, own] of partitions) {
      const again = shuffled(own, random).filter(({ value }) => (value?.length ?? 0) < 100_000);
      if (again.length > 0) await rawLog.append(topic, again, partition);
    }
  },
};

interface Package {
  readonly scripts: Readonly<Record<string, string>>;
}
const rebuildScript = (): string | undefined => (JSON.parse(readFileSync(new URL('package.json', ROOT), 'utf8')) as Package).scripts['rebuild'];

/** `npm run rebuild`, where the product has it. Killed in the middle at times: it must be able to go on. */
const rebuild: FaultKind = {
  kind: 'rebuild',
  weight: 1,
  targets: () => (rebuildScript() === undefined ? [] : ['rebuild']),
  async run({ cluster, random, scale }) {
    const args = (rebuildScript() ?? '').replace(/^node /, '').split(' ');
    const child = spawn(process.execPath, args, { cwd: fileURLToPath(ROOT), stdio: 'ignore', env: { PATH: process.env['PATH'], ...cluster.env } });
    rememberChild(child, 'SIGTERM');
    const ended = new Promise<void>((resolve) => void child.once('close', () => resolve()));
    const killed = random.chance(0.3) ? setTimeout(() => child.kill('SIGKILL'), random.between(500, 5_000) * scale) : undefined;
    const late = setTimeout(() => child.kill('SIGTERM'), 60_000);
    await ended;
    forgetChild(child);
    clearTimeout(killed);
    clearTimeout(late);
  },
};

export const LOG_FAULTS: readonly FaultKind[] = [redeliver, rebuild];
