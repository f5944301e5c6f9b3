/**
 * How an erasure reaches the log: what was appended before it was relayed is deleted as soon as every group has finished it.
 * First the events; then the commands, as long as workers read old events they answer with commands about the same person.
 */
import { COMMAND_TOPICS, EVENT_TOPICS, type ReadTopic } from '../../platform/log/topics.ts';
import { ERASURES_FORGOTTEN, ERASURES_RELAYED } from './erasures.ts';
import type { InFlight } from './in-flight.ts';
import type { RelayPorts } from './lane.ts';

/** A topic, and the offsets below which nothing may stay. */
interface Goal extends ReadTopic {
  readonly ends: ReadonlyMap<number, bigint>;
}
/** Everything that was relayed before one count of erasures. */
interface Round {
  readonly relayed: string;
  readonly forgotten: string;
  readonly sinceMs: number;
  events: readonly Goal[];
  /** Null until the events are gone. */
  commands: readonly Goal[] | null;
}

export interface Forgetting {
  /** Goes on as far as it can now. True: some of it waits for a group. */
  step(): Promise<boolean>;
  /** How long an erasure has been waiting for the log to forget, as far as this process knows, milliseconds. */
  pendingMs(): number;
}

export function createForgetting({ log, eventStore, logger }: RelayPorts, pages: InFlight): Forgetting {
  let round: Round | null = null;

  const trim = ({ topic, groups }: ReadTopic) => log.trim(topic, groups, 0);
  const goalOf = async (read: ReadTopic): Promise<Goal> => ({
    ...read,
    ends: new Map((await trim(read)).map(({ partition, end }) => [partition, BigInt(end)])),
  });
  const isReached = async (goal: Goal): Promise<boolean> =>
    (await trim(goal)).every(({ partition, start }) => BigInt(start) >= (goal.ends.get(partition) ?? 0n));
  const unreached = async (goals: readonly Goal[]): Promise<Goal[]> => {
    const reached = await Promise.all(goals.map(isReached));
    return goals.filter((_, index) => reached[index] === false);
  };

  const begin = async (): Promise<Round | null> => {
    const [relayed, forgotten] = await Promise.all([eventStore.loadCheckpoint(ERASURES_RELAYED), eventStore.loadCheckpoint(ERASURES_FORGOTTEN)]);
    if (relayed === forgotten) return null;
    const sinceMs = performance.now();
    // A page of another lane may have been read before the erasure and be appended after it.
    await pages.ended();
    return { relayed, forgotten, sinceMs, events: await Promise.all(EVENT_TOPICS.map(goalOf)), commands: null };
  };

  return {
    async step() {
      round ??= await begin();
      if (round === null) return false;
      round.events = await unreached(round.events);
      if (round.commands !== null) round.commands = await unreached(round.commands);
      else if (round.events.length === 0) round.commands = await unreached(await Promise.all(COMMAND_TOPICS.map(goalOf)));
      else await Promise.all(COMMAND_TOPICS.map(trim));
      if (round.commands === null || round.commands.length > 0) return true;
      // Where another process was faster it is told so by the next look.
      await eventStore.saveCheckpoint(ERASURES_FORGOTTEN, round.relayed, round.forgotten);
      logger.info({ erasures: round.relayed, waitedMs: Math.round(performance.now() - round.sinceMs) }, 'the log has forgotten who was erased');
      round = null;
      return true;
    },
    pendingMs: () => (round === null ? 0 : Math.round(performance.now() - round.sinceMs)),
  };
}
