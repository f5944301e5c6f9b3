/** Having letters tried again, oldest first, with the reason for each that cannot be. */
import type { DeadLetterId } from '../../domain/ids.ts';
import type { DeadLetter } from '../../platform/dead-letters/dead-letters.ts';
import { judgeReplay } from '../../platform/dead-letters/judge-replay.ts';
import type { Asked } from './arguments.ts';
import { lettersOf } from './list.ts';
import { printable } from './render.ts';
import { ReplayRefusedError, type DeadLetterSource, type ReplayOutcome } from './source.ts';

export type ReplayAsked = Extract<Asked, { readonly command: 'replay' }>;
export interface Output {
  readonly print: (line: string) => void;
  readonly complain: (line: string) => void;
}

/** What is kept of a letter until its turn: not the record, of which there may be many and large ones. */
interface Target {
  readonly id: DeadLetterId;
  readonly what: string;
  readonly appendedAtMs: number;
  readonly offset: bigint;
  /** Why it cannot be tried again, as far as can be said before. */
  readonly refusal: string | null;
}

/** True where each could be replayed. Lets errors of the source out, after it said how far it came. */
export async function replayLetters(source: DeadLetterSource, asked: ReplayAsked, output: Output): Promise<boolean> {
  const { targets, missing } = await findTargets(source, asked);
  for (const id of missing) output.complain(`${id} cannot be replayed: there is no such letter`);
  return asked.dryRun ? tell(targets, missing.length, output) : send(source, targets, missing.length, asked.wait, output);
}

function tell(targets: readonly Target[], missing: number, { print, complain }: Output): boolean {
  for (const { id, what, refusal } of targets) {
    if (refusal === null) print(`${id} would be replayed: ${what}`);
    else complain(`${id} cannot be replayed: ${printable(refusal)}`);
  }
  const failed = missing + targets.filter(({ refusal }) => refusal !== null).length;
  print(`${targets.length + missing - failed} would be replayed, ${failed} cannot be. Nothing was changed.`);
  return failed === 0;
}

async function send(source: DeadLetterSource, targets: readonly Target[], missing: number, wait: boolean, output: Output): Promise<boolean> {
  const counts = { applied: 0, rejected: 0, underWay: 0, failed: missing };
  let done = 0;
  try {
    for (const { id, what } of targets) {
      const outcome = await replayOne(source, id, wait);
      done += 1;
      counts[kindOf(outcome)] += 1;
      const line = `${id} ${sentence(outcome)} (${what})`;
      if (kindOf(outcome) === 'failed') output.complain(line);
      else output.print(line);
    }
  } finally {
    const left = targets.length - done;
    const { applied, rejected, underWay, failed } = counts;
    output.print(
      `${applied} applied, ${rejected} rejected, ${underWay} sent and under way, ${failed} could not be replayed${left > 0 ? `, ${left} left` : ''}.`,
    );
  }
  return counts.failed === 0;
}

type Outcome = ReplayOutcome | ReplayRefusedError;

async function replayOne(source: DeadLetterSource, id: DeadLetterId, wait: boolean): Promise<Outcome> {
  try {
    return await source.replay(id, wait);
  } catch (error) {
    if (error instanceof ReplayRefusedError) return error;
    throw error;
  }
}

function kindOf(outcome: Outcome): 'applied' | 'rejected' | 'underWay' | 'failed' {
  if (outcome instanceof Error || outcome.status === 'DEAD_LETTERED') return 'failed';
  if (outcome.status === 'REJECTED') return 'rejected';
  return outcome.status === 'ACCEPTED' ? 'underWay' : 'applied';
}

function sentence(outcome: Outcome): string {
  const why = outcome.message === null ? '' : `: ${printable(outcome.message)}`;
  if (outcome instanceof Error) return `cannot be replayed${why}`;
  return outcome.status === 'DEAD_LETTERED' ? `failed again${why}` : `${outcome.status}${why}`;
}

async function findTargets(source: DeadLetterSource, asked: ReplayAsked): Promise<{ targets: readonly Target[]; missing: readonly DeadLetterId[] }> {
  const [targets, missing]: [Target[], DeadLetterId[]] = [[], []];
  for (const id of asked.ids) {
    const found = await source.get(id);
    if (found === null) missing.push(id);
    else targets.push(toTarget(found.letter));
  }
  if (asked.ids.length === 0) for await (const letter of lettersOf(source, asked.filter, asked.limit)) targets.push(toTarget(letter));
  // Commands on one lead were sent in this order, and may need one another.
  return { targets: targets.sort((a, b) => a.appendedAtMs - b.appendedAtMs || Number(a.offset - b.offset)), missing };
}

function toTarget(letter: DeadLetter): Target {
  const { id, type, streamId, original } = letter;
  const judgement = judgeReplay(letter);
  const refusal = 'refusal' in judgement ? judgement.refusal : null;
  const offset = /^\d+$/.test(original.offset) ? BigInt(original.offset) : 0n;
  return { id, what: printable(`${type ?? 'of no type'}, ${streamId ?? 'about nobody'}`), appendedAtMs: original.appendedAtMs, offset, refusal };
}
