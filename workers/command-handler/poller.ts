/** Takes parked commands up again when their time has come, lead by lead; several processes may do so side by side. */
import type { DeadLetter } from '../../platform/dead-letters/dead-letters.ts';
import { streamKey, type StreamRef } from '../../platform/event-store/event-store.ts';
import type { ParkedCommand } from '../../platform/event-store/parking.ts';
import { createWakeUp } from '../../platform/event-store/wake-up.ts';
import { announceLetters } from '../kit/dead-letter.ts';
import { createLoop, type Loop } from '../kit/loop.ts';
import type { WorkerPorts } from '../kit/role.ts';
import { createCreations } from './creations.ts';
import { decideParked, failParked, LINE_MAX } from './decide-parked.ts';
import type { BatchResult } from './ledger.ts';
import type { ParkingTiming } from './parking-timing.ts';
import { kindOfFailure, transactWithTries, TRIES_OF_MANY, TRIES_OF_ONE } from './tries.ts';

/** Lines in one look. */
const LINES_MAX = 50;
/** Lines worked on at a time: one that is held by somebody takes its seconds. */
const CONCURRENCY = 4;
/** Where another process works on everything that is due. */
const ELSEWHERE_MS = 100;

export interface Poller extends Loop {
  /** Something was parked or made due in this process: look at once. */
  ring(): void;
}

/** `onResult` is told of everything that was carried out. */
export function createPoller(ports: WorkerPorts, timing: ParkingTiming, onResult: (result: BatchResult) => Promise<void>): Poller {
  const wakeUp = createWakeUp();
  const creationsOnTheirWay = createCreations(ports, timing.notedLateMs);
  /** Kept in the database, but the topic does not know of them yet. */
  let unannounced: DeadLetter[] = [];

  /** What waits for its time does not wait for the topic as well. */
  const announce = async (): Promise<void> => {
    const letters = unannounced;
    try {
      await announceLetters(ports, letters);
      unannounced = unannounced.slice(letters.length);
    } catch (error) {
      ports.logger.warn({ error, letters: letters.length }, 'the topic could not be told of dead letters; it is told with the next look');
    }
  };

  const note = async (result: BatchResult): Promise<void> => {
    unannounced = [...unannounced, ...result.letters];
    await onResult(result);
  };

  /** Answers whether anything of the line could be taken. */
  const workOff = async (line: StreamRef, isCreationOnItsWay: boolean, signal: AbortSignal): Promise<boolean> => {
    let commandsMax = LINE_MAX;
    for (let took = false; ; took = true) {
      signal.throwIfAborted();
      let first: ParkedCommand | undefined;
      const rules = { timing, isCreationOnItsWay, commandsMax, onFirst: (parked: ParkedCommand) => (first = parked) };
      try {
        const tries = commandsMax === 1 ? TRIES_OF_ONE : TRIES_OF_MANY;
        const result = await transactWithTries(ports, tries, signal, (tx, at) => decideParked(tx, line, at, rules));
        if (result === null) return took;
        commandsMax = LINE_MAX;
        await note(result);
      } catch (error) {
        const kind = kindOfFailure(error);
        if (kind === 'AWAY' || signal.aborted || first === undefined) throw error;
        if (commandsMax > 1) {
          // Is it the first that is at fault?
          commandsMax = 1;
          continue;
        }
        const { tenant, streamId, seq } = first;
        const trouble = { error, isForGood: kind === 'UNSTORABLE', timing };
        ports.logger.warn({ error, command: first.commandId, attempts: first.attempts + 1 }, 'a parked command did not get through');
        await note(await transactWithTries(ports, TRIES_OF_MANY, signal, (tx, at) => failParked(tx, { tenant, streamId, seq }, at, trouble)));
        commandsMax = LINE_MAX;
      }
    }
  };

  const workOffAll = async (lines: readonly StreamRef[], signal: AbortSignal): Promise<boolean> => {
    const onTheirWay = await creationsOnTheirWay(lines);
    const rest = lines.values();
    let took = false;
    const lane = async (): Promise<void> => {
      for (const line of rest) if (await workOff(line, onTheirWay.has(streamKey(line)), signal)) took = true;
    };
    const ended = await Promise.allSettled(Array.from({ length: CONCURRENCY }, lane));
    for (const result of ended) if (result.status === 'rejected' && !signal.aborted) throw result.reason;
    return took;
  };

  const loop = createLoop(ports.logger, 'parked commands', async (signal) => {
    wakeUp.beginLooking();
    await announce();
    const { due, nextInMs } = await ports.eventStore.dueLines(LINES_MAX);
    if (due.length > 0) return { pauseMs: (await workOffAll(due, signal)) ? 0 : ELSEWHERE_MS };
    await wakeUp.wait(Math.min(nextInMs ?? timing.lookEveryMs, timing.lookEveryMs), signal);
    return { pauseMs: 0 };
  });
  return { ...loop, ring: () => wakeUp.ring() };
}
