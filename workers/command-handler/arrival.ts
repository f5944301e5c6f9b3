/** A command on its way through the handler, fresh from the log or out of a line of parked ones. */
import { LANES, type CommandEnvelope } from '../../domain/messages.ts';
import { commandKey, type CommandOutcome } from '../../platform/event-store/event-store.ts';
import type { CommandToPark, ParkedCommand } from '../../platform/event-store/parking.ts';
import type { ReceivedRecord } from '../../platform/log/log.ts';
import { commandTopic, groupOf, recordKey } from '../../platform/log/topics.ts';
import { decodeCommand } from '../../platform/messages/decode.ts';

export interface Arrival {
  readonly envelope: CommandEnvelope;
  /** As it stood in the log. */
  readonly record: ReceivedRecord;
}

/** Throws a MalformedMessageError where this program cannot read what another one parked. */
export function fromParked({ tenant, streamId, envelope, place }: ParkedCommand): Arrival {
  return { envelope: decodeCommand(envelope), record: { ...place, key: recordKey(tenant, streamId), value: envelope } };
}

export function toParked({ envelope, record }: Arrival, why: Pick<CommandToPark, 'attempts' | 'dueInMs' | 'lastError'>): CommandToPark {
  const { tenant, streamId, id, lane } = envelope;
  const { topic, partition, offset, appendedAtMs, value } = record;
  return { tenant, streamId, commandId: id, lane, envelope: value, place: { topic, partition, offset, appendedAtMs }, ...why };
}

/** The consumer group that a record of this topic came to. */
export function groupOfTopic(topic: string): string {
  const lane = LANES.find((each) => commandTopic(each) === topic);
  return lane === undefined ? `command-handler of ${topic}` : groupOf('command-handler', lane);
}

/** True where the command still has to be decided: it has no outcome yet, or it is a dead letter that somebody has tried again. */
export const isOpen = ({ replay }: CommandEnvelope, known: CommandOutcome | undefined): boolean =>
  known === undefined || (known.status === 'DEAD_LETTERED' && replay !== undefined);

/** In their order; of those with one key the first. */
export function firstOfEach<T>(items: readonly T[], keyOf: (item: T) => string): T[] {
  const first = new Map<string, T>();
  for (const item of items) if (!first.has(keyOf(item))) first.set(keyOf(item), item);
  return [...first.values()];
}

/** The arrivals that have to be decided, each command once. */
export const openOf = (arrivals: readonly Arrival[], known: ReadonlyMap<string, CommandOutcome>): Arrival[] =>
  firstOfEach(
    arrivals.filter(({ envelope }) => isOpen(envelope, known.get(commandKey(envelope)))),
    ({ envelope }) => commandKey(envelope),
  );
