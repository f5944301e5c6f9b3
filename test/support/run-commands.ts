/** Carries commands out one after the other, as the command handler would, but in memory. */
import { decide, evolve, type Aggregate } from '../../domain/aggregate.ts';
import type { Decision } from '../../domain/decision.ts';
import { makeId } from '../../domain/ids.ts';
import type { Command, RecordedEvent } from '../../domain/messages.ts';
import { contextOf, envelopeOf, record } from './given.ts';

export interface Step {
  readonly command: Command;
  readonly at: string;
  readonly before: Aggregate | null;
  readonly decision: Decision;
  readonly records: readonly RecordedEvent[];
  readonly after: Aggregate | null;
}

/** One step for each command, at the times given (in order); command n has the id `cmd_n`. */
export function runCommands(commands: readonly Command[], times: readonly string[]): readonly Step[] {
  const steps: Step[] = [];
  let state: Aggregate | null = null;
  for (const [i, command] of commands.entries()) {
    const step = runOne(state, command, i + 1, times[i] ?? times.at(-1) ?? '2026-03-10T20:00:00.000Z');
    steps.push(step);
    state = step.after;
  }
  return steps;
}

export function runOne(before: Aggregate | null, command: Command, n: number, at: string): Step {
  const envelope = envelopeOf(command, makeId('command', String(n)), at);
  const decision = decide(envelope, before, contextOf(envelope));
  const events = decision.outcome === 'APPLIED' ? decision.events : [];
  const version = before?.version ?? 0;
  const records = events.map((event, k) => record(envelope.streamId, version + k + 1, event, at));
  const after = records.reduce<Aggregate | null>((state, recorded) => evolve(state, recorded), before);
  return { command, at, before, decision, records, after };
}
