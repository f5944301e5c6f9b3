/** The rebuild as a person watches it: what it does, how far it is, and what it proved. */
import { createLoop } from '../../workers/kit/loop.ts';
import { buildGeneration, clearAway, GenerationLostError, WrongGenerationError, type Begun, type Built } from '../../workers/projector/generations/build.ts';
import { createPointerKeeper } from '../../workers/projector/generations/keeper.ts';
import { beginPace, NotTheBuilderError, type Pace } from '../../workers/projector/generations/pace.ts';
import type { GenerationPorts } from '../../workers/projector/generations/pointer.ts';

export interface RebuildOptions {
  readonly repair: boolean;
  readonly ratePerSecond?: number | undefined;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
  /** How long what is on its way may take to arrive before it counts as a difference. */
  readonly settleMs?: number | undefined;
  /** How long to wait for another builder to end; 5,000 if absent. */
  readonly waitMs?: number | undefined;
}

/** Half of the time is the readers'. */
const DUTY = 0.5;
const STAMP_EVERY_MS = 1_000;
const SAY_EVERY_MS = 2_000;
const BUILDER_WAIT_MS = 5_000;
const POINTER_WAIT_MS = 10_000;
const number = new Intl.NumberFormat('en-US');

const beginText = ({ generation, serving, resumed }: Begun): string => {
  const beside = serving === null ? 'no generation serves that could be trusted' : `generation ${serving} serves meanwhile`;
  return resumed ? `Going on with generation ${generation}, where an earlier run was interrupted; ${beside}.` : `Building generation ${generation}; ${beside}.`;
};

function proofText({ generation, serving, views, equal, lists, fromServing, switched }: Built): string[] {
  const against = serving === null ? 'the write model' : `the write model and with generation ${serving}`;
  return [
    `${number.format(views)} views with their entries and places in lists compared with ${against}: ${number.format(equal)} equal.`,
    ...(serving === null ? [] : [`${number.format(lists)} lists compared by length.`]),
    ...fromServing.map((difference) => `  generation ${serving} differs: ${difference}`),
    switched
      ? `Switched: generation ${generation} serves.`
      : `Not switched: generation ${serving} serves on. \`npm run rebuild -- --repair\` within ten minutes switches to generation ${generation}; later it is given up.`,
  ];
}

function createProgress(say: (line: string) => void): (phase: 'fill' | 'compare', count: number) => void {
  const counts = { fill: 0, compare: 0 };
  let saidAtMs = performance.now();
  return (phase, count) => {
    counts[phase] += count;
    if (performance.now() - saidAtMs < SAY_EVERY_MS) return;
    saidAtMs = performance.now();
    say(`  ${number.format(counts[phase])} ${phase === 'fill' ? 'built' : 'compared'}`);
  };
}

/** Where no projector runs nobody else keeps the pointer: this process does meanwhile. */
async function underKeeper<T>(ports: GenerationPorts, pace: Pace, work: () => Promise<T>): Promise<T> {
  const keeper = createPointerKeeper(ports);
  const loop = createLoop(ports.logger, 'generations', async () => {
    await keeper.tick();
    return { pauseMs: STAMP_EVERY_MS };
  });
  try {
    const deadlineMs = performance.now() + POINTER_WAIT_MS;
    while ((await ports.generations.read()).pointer === null && performance.now() < deadlineMs) await pace.pause(50);
    return await work();
  } finally {
    await loop.stop();
    // What was switched just now is told by whoever keeps the pointer.
    await keeper.tick().catch((error: unknown) => ports.logger.warn({ error }, 'the pointer of the generations could not be looked at once more'));
    await keeper.stop();
  }
}

/** The process's exit code: 0 where the views were equal (or repaired), 1 where not, or where it could not be done. */
export async function rebuildGenerations(
  ports: GenerationPorts,
  { repair, ratePerSecond, signal, say, settleMs, waitMs = BUILDER_WAIT_MS }: RebuildOptions,
): Promise<number> {
  let pace: Pace | undefined;
  try {
    const taken = (pace = await beginPace(ports, 'rebuild', { duty: DUTY, ratePerSecond, waitMs, signal }));
    const options = { repair, settleMs, onBegin: (begun: Begun) => say(beginText(begun)), onStreams: createProgress(say) };
    const built = await underKeeper(ports, taken, () => buildGeneration(ports, taken, options));
    proofText(built).forEach(say);
    if (!built.switched) return 1;
    say(`${number.format(await clearAway(ports, built.generation, taken))} keys of older generations removed.`);
    return 0;
  } catch (error) {
    if (signal.aborted) say('Interrupted. What was done is kept: the next run goes on from there.');
    else if (error instanceof NotTheBuilderError) say('Another process builds the views at the moment; try again when it has ended.');
    else if (error instanceof WrongGenerationError || error instanceof GenerationLostError) say(`Not switched: ${error.message}.`);
    else throw error;
    return 1;
  } finally {
    await pace?.end();
  }
}
