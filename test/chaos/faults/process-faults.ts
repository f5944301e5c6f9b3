/** Faults of the product's processes: killed, asked to stop, stopped for a while, with a clock that jumps. */
import { setTimeout as delay } from 'node:timers/promises';
import type { FaultKind, FaultScene } from './fault.ts';

const MINUTE_MS = 60_000;
const PAUSE_MS = { min: 3_000, max: 20_000 };
const CLOCK_OFF_MS = { min: 5_000, max: 20_000 };
const CLOCK_JUMP_MINUTES = 10;

const names = ({ supervisor }: FaultScene): string[] => supervisor.processes.map(({ name }) => name);
/** Those that hold partitions or a lease, which others take over meanwhile. */
const pausable = (scene: FaultScene): string[] => names(scene).filter((name) => /^(command-handler|projector|relay)/.test(name));

const killProcess: FaultKind = {
  kind: 'kill-process',
  weight: 5,
  targets: names,
  run: async ({ supervisor }, target) => supervisor.process(target).signal('SIGKILL'),
};

const stopProcess: FaultKind = {
  kind: 'stop-process',
  weight: 2,
  targets: names,
  run: async ({ supervisor }, target) => supervisor.process(target).signal('SIGTERM'),
};

const pauseProcess: FaultKind = {
  kind: 'pause-process',
  weight: 3,
  targets: pausable,
  async run({ supervisor, random, scale }, target) {
    const paused = supervisor.process(target);
    paused.signal('SIGSTOP');
    await delay(random.between(PAUSE_MS.min, PAUSE_MS.max) * scale);
    paused.signal('SIGCONT');
  },
};

const jumpClock: FaultKind = {
  kind: 'jump-clock',
  weight: 2,
  targets: names,
  async run({ supervisor, random, scale }, target) {
    const jumping = supervisor.process(target);
    const minutes = random.between(1, CLOCK_JUMP_MINUTES) * (random.chance(0.5) ? 1 : -1);
    jumping.setClock(minutes * MINUTE_MS);
    await delay(random.between(CLOCK_OFF_MS.min, CLOCK_OFF_MS.max) * scale);
    jumping.setClock(0);
  },
};

export const PROCESS_FAULTS: readonly FaultKind[] = [killProcess, stopProcess, pauseProcess, jumpClock];
