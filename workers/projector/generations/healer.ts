/** Keeps the views trustworthy by itself: stamps the pointer, and where no generation can be trusted builds one from the events. */
import { createLoop } from '../../kit/loop.ts';
import { buildGeneration, clearAway, giveUp } from './build.ts';
import { createPointerKeeper } from './keeper.ts';
import { beginPace, NotTheBuilderError, type Pace, type PaceLease } from './pace.ts';
import type { GenerationPorts } from './pointer.ts';

const STAMP_EVERY_MS = 1_000;
const LOOK_EVERY_MS = 500;
/** A new Redis has its pointer within moments. */
const LOOK_SOON_MS = 50;
/** Nobody reads lists meanwhile: more of the time than beside readers. */
const HEAL_DUTY = 0.8;
const CLEAR_DUTY = 0.2;
/** An interrupted `npm run rebuild` that nobody went on with for this long is given up: every write goes to its generation too. */
const INTERRUPTED_MS = 10 * 60_000;
const LOOK_FOR_BUILDER_MS = 30_000;

export interface Healer {
  facts(): Readonly<Record<string, string | number | boolean>>;
  /** What people should know, or null. */
  detail(): string | null;
  stop(): Promise<void>;
}

export function startHealer(ports: GenerationPorts): Healer {
  const { generations, logger } = ports;
  const keeper = createPointerKeeper(ports);
  const facts = { serving_generation: 0, building_generation: 0, rebuilt_streams: 0, healed_total: 0 };
  let clearedFor = 0;
  let interrupted: { readonly generation: number; readonly sinceMs: number; readonly lookedMs: number } | undefined;

  /** False where another process is at it. */
  const under = async (lease: PaceLease, duty: number, signal: AbortSignal, work: (pace: Pace) => Promise<unknown>): Promise<boolean> => {
    let pace: Pace | undefined;
    try {
      pace = await beginPace(ports, lease, { duty, signal });
      await work(pace);
      return true;
    } catch (error) {
      if (error instanceof NotTheBuilderError || signal.aborted) return false;
      throw error;
    } finally {
      await pace?.end();
    }
  };

  const heal = async (pace: Pace): Promise<void> => {
    facts.rebuilt_streams = 0;
    const built = await buildGeneration(ports, pace, {
      repair: true,
      onStreams: (phase, count) => (facts.rebuilt_streams += phase === 'fill' ? count : 0),
    });
    facts.healed_total += 1;
    logger.info({ generation: built.generation, views: built.views }, `the views were built from the events: ${built.views} of them`);
  };

  const giveUpInterrupted = async (generation: number, signal: AbortSignal): Promise<void> => {
    const nowMs = performance.now();
    if (interrupted?.generation !== generation) interrupted = { generation, sinceMs: nowMs, lookedMs: nowMs };
    if (nowMs - interrupted.lookedMs < LOOK_FOR_BUILDER_MS) return;
    const { sinceMs } = interrupted;
    const isOver = nowMs - sinceMs > INTERRUPTED_MS;
    const isFree = await under('rebuild', 1, signal, () => (isOver ? giveUp(ports, generation) : Promise.resolve()));
    // Somebody is at it: from now on again.
    interrupted = { generation, sinceMs: isFree ? sinceMs : nowMs, lookedMs: nowMs };
  };

  const look = async (signal: AbortSignal): Promise<{ pauseMs: number }> => {
    const { pointer } = await generations.read();
    if (pointer === null) return { pauseMs: LOOK_SOON_MS };
    facts.serving_generation = pointer.serving ?? 0;
    facts.building_generation = pointer.building ?? 0;
    const { serving, building } = pointer;
    if (serving === null) {
      const healed = await under('rebuild', HEAL_DUTY, signal, heal);
      return { pauseMs: healed ? 0 : LOOK_EVERY_MS };
    }
    if (building !== null) await giveUpInterrupted(building, signal);
    else if (clearedFor !== serving && (await under('clear-away', CLEAR_DUTY, signal, (pace) => clearAway(ports, serving, pace)))) clearedFor = serving;
    return { pauseMs: LOOK_EVERY_MS };
  };

  const stamping = createLoop(logger, 'generations', async () => ({ pauseMs: (await keeper.tick()) ? STAMP_EVERY_MS : LOOK_EVERY_MS }));
  const healing = createLoop(logger, 'heal', look);
  return {
    facts: () => ({ ...facts }),
    detail: () => (facts.serving_generation > 0 ? null : 'the views are being built from the events; until then lists are unavailable'),
    async stop() {
      await Promise.all([stamping.stop(), healing.stop()]);
      await keeper.stop();
    },
  };
}
