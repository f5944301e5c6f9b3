/** One fault after the other at random moments, some of them side by side, until the load ends. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Random } from '../../../scripts/demo/random.ts';
import type { History } from '../history.ts';
import type { FaultKind, FaultScene } from './fault.ts';
import { LOG_FAULTS } from './log-faults.ts';
import { PROCESS_FAULTS } from './process-faults.ts';
import { SERVICE_FAULTS } from './service-faults.ts';

export const ALL_FAULTS: readonly FaultKind[] = [...PROCESS_FAULTS, ...SERVICE_FAULTS, ...LOG_FAULTS];

/** More at a time would be an outage, of which nothing can be said but that it is one. */
const AT_ONCE_MAX = 2;

export interface FaultPlan {
  readonly kinds: readonly FaultKind[];
  /** From one fault to the next, on the average. */
  readonly everyMs: number;
}

/** The kinds of these names; all of them where none is named. Throws a RangeError for a name that is none. */
export function faultKinds(names: readonly string[]): readonly FaultKind[] {
  if (names.length === 0) return ALL_FAULTS;
  return names.map((name) => {
    const found = ALL_FAULTS.find(({ kind }) => kind === name);
    if (found === undefined) throw new RangeError(`there is no fault ${name}; there are ${ALL_FAULTS.map(({ kind }) => kind).join(', ')}`);
    return found;
  });
}

/** The same at those targets alone whose names begin like one of `targets`; at all of them where none is given. */
export const faultsAt = (kinds: readonly FaultKind[], targets: readonly string[]): readonly FaultKind[] =>
  targets.length === 0
    ? kinds
    : kinds.map((kind) => ({ ...kind, targets: (scene) => kind.targets(scene).filter((target) => targets.some((one) => target.startsWith(one))) }));

/** Resolves once the last fault is over; rejects where one could not be undone. */
export async function runFaults(scene: FaultScene, plan: FaultPlan, history: History, stop: AbortSignal): Promise<void> {
  const busy = new Set<string>();
  const running = new Set<Promise<void>>();
  const failures: unknown[] = [];

  const start = (kind: FaultKind, target: string): void => {
    const fault = { kind: kind.kind, target, startedAtMs: performance.now(), endedAtMs: null as number | null };
    history.faults.push(fault);
    history.note('fault', fault);
    busy.add(target);
    const job = async (): Promise<void> => {
      try {
        await kind.run(scene, target);
      } catch (error) {
        history.note('fault failed', { kind: kind.kind, target, error: String(error) });
        // Records that could not be sent again harm nobody; a service that does not come back ends the run.
        if (kind.kind === 'kill-service') failures.push(error);
      }
      fault.endedAtMs = performance.now();
      history.note('fault over', fault);
      busy.delete(target);
      running.delete(ended);
    };
    const ended = job();
    running.add(ended);
  };

  while (!stop.aborted && failures.length === 0) {
    await delay(plan.everyMs * (0.75 + scene.random.next() / 2), undefined, { signal: stop }).catch(() => undefined);
    if (stop.aborted) break;
    const chosen = choose(scene, plan.kinds, busy);
    if (chosen !== null && running.size < AT_ONCE_MAX) start(chosen.kind, chosen.target);
  }
  await Promise.all(running);
  if (failures.length > 0) throw failures[0];
}

function choose(scene: FaultScene, kinds: readonly FaultKind[], busy: ReadonlySet<string>): { kind: FaultKind; target: string } | null {
  const possible = kinds
    .map((kind) => ({ kind, targets: kind.targets(scene).filter((target) => !busy.has(target)) }))
    .filter(({ targets }) => targets.length > 0);
  const kind = byWeight(
    possible.map((one) => ({ ...one, weight: one.kind.weight })),
    scene.random,
  );
  if (kind === undefined) return null;
  const [first, ...rest] = kind.targets;
  return first === undefined ? null : { kind: kind.kind, target: scene.random.pick([first, ...rest]) };
}

function byWeight<T extends { readonly weight: number }>(items: readonly T[], random: Random): T | undefined {
  let dice = random.next() * items.reduce((sum, { weight }) => sum + weight, 0);
  return items.find(({ weight }) => (dice -= weight) < 0);
}
