/** A new generation of views, from beginning or interruption to the switch. */
import { liveGenerations } from '../../../platform/read-models/generation-pointer.ts';
import { compareGenerations, type Comparison } from './compare.ts';
import { fillGeneration } from './fill.ts';
import { NotTheBuilderError, type Pace } from './pace.ts';
import { changePointer, type GenerationPorts } from './pointer.ts';

/** The checkpoint of the highest number that a generation ever had: none is used twice, whatever happens to Redis. */
const LAST_GENERATION = 'generations:last';
/** Earlier versions had one generation, with this number, and no pointer. */
const FIRST_GENERATION = 1;
const SETTLE_MS = 15_000;

export interface BuildOptions {
  /** Switch although the generation that serves turned out to be wrong. */
  readonly repair: boolean;
  /** How long what is on its way may take to arrive before it counts as a difference; 15,000 if absent. */
  readonly settleMs?: number | undefined;
  readonly onBegin?: ((build: Begun) => void) | undefined;
  /** Streams that were put into the generation, or compared. */
  readonly onStreams?: ((phase: 'fill' | 'compare', count: number) => void) | undefined;
}

export interface Begun {
  readonly generation: number;
  /** Null: nothing that could be trusted. */
  readonly serving: number | null;
  /** True where it goes on with what an interrupted build began. */
  readonly resumed: boolean;
}

export interface Built extends Begun, Comparison {
  readonly switched: boolean;
}

/** The new generation is not what the write model says: it must never serve. */
export class WrongGenerationError extends Error {
  override readonly name = 'WrongGenerationError';
}

/** Writes were lost or somebody else switched while this was built: begin anew. */
export class GenerationLostError extends Error {
  override readonly name = 'GenerationLostError';
}

async function nextNumber({ eventStore, generations }: GenerationPorts): Promise<number> {
  const { pointer } = await generations.read();
  const last = await eventStore.loadCheckpoint(LAST_GENERATION);
  const next = Math.max(Number(last), FIRST_GENERATION, ...(pointer ? liveGenerations(pointer) : [])) + 1;
  if (!(await eventStore.saveCheckpoint(LAST_GENERATION, String(next), last))) throw new NotTheBuilderError('another process began a generation');
  return next;
}

/** Names the generation: from here on everybody writes to it too. */
async function begin(ports: GenerationPorts): Promise<Begun> {
  const before = (await ports.generations.read()).pointer;
  if (before !== null && before.building !== null) return { generation: before.building, serving: before.serving, resumed: true };
  const generation = await nextNumber(ports);
  const named = await changePointer(ports.generations, ({ building }) => (building === null ? { building: generation } : null));
  if (named === null) throw new GenerationLostError('nobody keeps the pointer of the generations, or another build began');
  return { generation, serving: named.serving, resumed: false };
}

/**
 * Builds, compares, and switches in one step where the new generation equals the write model, and where it equals the one that serves or
 * `repair` is given. Throws a WrongGenerationError (the generation is given up), a GenerationLostError, a NotTheBuilderError, or what the stores throw; then
 * whoever calls it again goes on where this one was.
 */
export async function buildGeneration(ports: GenerationPorts, pace: Pace, options: BuildOptions): Promise<Built> {
  const { repair, settleMs = SETTLE_MS, onBegin, onStreams } = options;
  const begun = await begin(ports);
  const { generation, serving } = begun;
  onBegin?.(begun);
  await fillGeneration(ports, generation, pace, (count) => onStreams?.('fill', count));
  const compared = await compareGenerations(ports, pace, { generation, serving, settleMs, onStreams: (count) => onStreams?.('compare', count) });
  if (compared.fromWriteModel.length > 0) {
    await giveUp(ports, generation);
    throw new WrongGenerationError(`generation ${generation} is not what the write model says: ${compared.fromWriteModel.join('; ')}`);
  }
  if (compared.fromServing.length > 0 && !repair) return { ...begun, ...compared, switched: false };
  const isStill = (pointer: { readonly serving: number | null; readonly building: number | null }): boolean =>
    pointer.building === generation && pointer.serving === serving;
  const switched = await pace.step(0, () => changePointer(ports.generations, (pointer) => (isStill(pointer) ? { serving: generation, building: null } : null)));
  if (switched === null) throw new GenerationLostError(`generation ${generation} lost writes while it was built`);
  return { ...begun, ...compared, switched: true };
}

/** Nobody writes to it any more; the next sweep removes it. */
export async function giveUp({ generations }: Pick<GenerationPorts, 'generations'>, generation: number): Promise<void> {
  await changePointer(generations, ({ building }) => (building === generation ? { building: null } : null));
}

/** Removes what no pointer names any more. Answers how many keys. */
export async function clearAway({ generations }: Pick<GenerationPorts, 'generations'>, serving: number, pace: Pace): Promise<number> {
  let count = 0;
  const steps = generations.sweepBelow(serving)[Symbol.asyncIterator]();
  for (let step = await pace.step(0, () => steps.next()); step.done !== true; step = await pace.step(0, () => steps.next())) count += step.value;
  return count;
}
