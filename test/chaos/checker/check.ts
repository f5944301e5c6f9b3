/**
 * Holds the outcomes of a run against its history. Pure: it is given both. Leads come one by one, so that a long run need not fit into memory.
 * Each promise is judged in a file of its own.
 */
import type { Recorded, SentCommand } from '../history.ts';
import { effectsOf, type Effect } from './effects.ts';
import type { FinalEvidence, StreamEvidence } from './evidence.ts';
import { poisonCheck } from './poison.ts';
import { nothingLost } from './promise-1-nothing-lost.ts';
import { onceOnly } from './promise-2-once-only.ts';
import { inOrder } from './promise-3-in-order.ts';
import { unchanged } from './promise-4-unchanged.ts';
import { viewsEqualEvents } from './promise-5-views.ts';
import { neverBack } from './promise-6-never-back.ts';
import { visibleEverywhere } from './promise-7-visible.ts';
import { newsInFull } from './promise-8-news.ts';
import type { Report, Violation } from './violation.ts';

/** What the parts share. */
export interface CheckContext {
  readonly recorded: Recorded;
  readonly report: Report;
  /** By the command id that a receipt told. */
  readonly byCommandId: ReadonlyMap<string, SentCommand>;
  /** By command id; whole once every lead was shown. */
  readonly effects: ReadonlyMap<string, Effect>;
}

export interface PromiseCheck {
  stream?(evidence: StreamEvidence, effects: readonly Effect[]): void;
  finish?(evidence: FinalEvidence): void;
}

export interface Checker {
  stream(evidence: StreamEvidence): void;
  finish(evidence: FinalEvidence): readonly Violation[];
}

export function createChecker(recorded: Recorded): Checker {
  const violations: Violation[] = [];
  const effects = new Map<string, Effect>();
  const byCommandId = new Map<string, SentCommand>();
  for (const command of recorded.commands.values()) {
    const [first] = command.answers;
    if (first !== undefined) byCommandId.set(first.commandId, command);
  }
  const context: CheckContext = { recorded, byCommandId, effects, report: (violation) => violations.push(violation) };
  const checks = [nothingLost, onceOnly, inOrder, unchanged, viewsEqualEvents, neverBack, visibleEverywhere, newsInFull, poisonCheck].map((make) =>
    make(context),
  );

  return {
    stream(evidence) {
      const own = effectsOf(evidence.streamId, evidence.events);
      for (const check of checks) check.stream?.(evidence, own);
      for (const effect of own) effects.set(effect.commandId, effect);
    },
    finish(evidence) {
      for (const check of checks) check.finish?.(evidence);
      return violations;
    },
  };
}
