/** Dead letters in memory, true to the words of the port; and letters to put there. */
import { deadLetterId, type CommandId, type DeadLetterId, type TenantId } from '../../domain/ids.ts';
import type { CommandEnvelope } from '../../domain/messages.ts';
import type { DeadLetter, DeadLetterFilter, DeadLetters } from '../../platform/dead-letters/dead-letters.ts';
import { parsePlace, placeOf } from '../../platform/dead-letters/place.ts';
import { storable } from '../../platform/event-store/storable.ts';
import { commandTopic, recordKey } from '../../platform/log/topics.ts';
import { encodeCommand } from '../../platform/messages/encode.ts';

export interface MemoryDeadLetters extends DeadLetters {
  /** What the command handler notes when it takes a replay. */
  markReplayed(id: DeadLetterId, by: string, at: string): void;
}

export function createMemoryDeadLetters(): MemoryDeadLetters {
  const letters = new Map<DeadLetterId, DeadLetter>();
  const isOf = (letter: DeadLetter, tenant: TenantId | null): boolean => tenant === null || letter.tenant === tenant;
  return {
    async put(given) {
      for (const letter of given) if (!letters.has(letter.id)) letters.set(letter.id, asStored(letter));
    },
    async list({ tenant, filter, first, after }) {
      if (!Number.isInteger(first) || first < 1 || first > 500) throw new RangeError(`a page holds 1 to 500 dead letters, not ${first}`);
      if (after !== undefined && parsePlace(after) === null) throw new RangeError('not a cursor of the dead letters');
      const behind = [...letters.values()]
        .filter((letter) => isOf(letter, tenant) && fits(letter, filter) && (after === undefined || placeOf(letter) < after))
        .sort((a, b) => (placeOf(a) < placeOf(b) ? 1 : -1));
      const page = behind.slice(0, first);
      const last = page.at(-1);
      return { letters: page, endCursor: last === undefined ? null : placeOf(last), hasNextPage: behind.length > first };
    },
    async get(tenant, id) {
      const letter = letters.get(id);
      return letter !== undefined && isOf(letter, tenant) ? letter : null;
    },
    markReplayed(id, by, at) {
      const letter = letters.get(id);
      if (letter) letters.set(id, { ...letter, replays: letter.replays + 1, replayedAt: at, replayedBy: by });
    },
  };
}

/** As the database would: no zero, no half character. */
const asStored = ({ original, ...letter }: DeadLetter): DeadLetter => ({
  ...letter,
  reason: storable(letter.reason),
  original: { ...original, key: storable(original.key), value: original.value === null ? null : storable(original.value) },
});

function fits(letter: DeadLetter, { topic, type, streamId, commandId, reason, since, until, replayed }: DeadLetterFilter): boolean {
  return (
    (topic === undefined || letter.original.topic === topic) &&
    (type === undefined || letter.type === type) &&
    (streamId === undefined || letter.streamId === streamId) &&
    (commandId === undefined || letter.commandId === commandId) &&
    (reason === undefined || letter.reason.toLowerCase().includes(reason.toLowerCase())) &&
    (since === undefined || letter.at >= since) &&
    (until === undefined || letter.at <= until) &&
    (replayed === undefined || letter.replays > 0 === replayed)
  );
}

export interface LetterOptions extends Partial<Omit<DeadLetter, 'original'>> {
  readonly original?: Partial<DeadLetter['original']>;
}

/** The letter of a command. `n` tells it from others: it names it, and is the minute of its time and its offset. */
export function letterOf(command: CommandEnvelope, n = 1, { original, ...more }: LetterOptions = {}): DeadLetter {
  const at = new Date(Date.parse('2026-03-10T20:00:00.000Z') + n * 60_000).toISOString();
  return {
    id: deadLetterId(String(n)),
    tenant: command.tenant,
    streamId: command.streamId,
    commandId: command.id,
    type: command.command.type,
    group: `command-handler.${command.lane}`,
    reason: 'the command could not be stored',
    attempts: 3,
    firstFailedAt: at,
    at,
    traceparent: command.trace?.traceparent ?? null,
    replays: 0,
    replayedAt: null,
    replayedBy: null,
    ...more,
    original: {
      topic: commandTopic(command.lane),
      partition: 0,
      offset: String(n),
      appendedAtMs: Date.parse(at),
      key: recordKey(command.tenant, command.streamId),
      value: encodeCommand(command),
      ...original,
    },
  };
}

/** A letter of a record that nobody could read. */
export const unreadableLetter = (tenant: TenantId | null, n: number, value: string): DeadLetter => ({
  id: deadLetterId(String(n)),
  tenant,
  streamId: null,
  commandId: null as CommandId | null,
  type: null,
  group: 'command-handler.hot',
  reason: 'not JSON at position 1',
  attempts: 1,
  firstFailedAt: '2026-03-10T20:00:00.000Z',
  at: '2026-03-10T20:00:00.000Z',
  traceparent: null,
  original: { topic: commandTopic('hot'), partition: 0, offset: String(n), appendedAtMs: Date.parse('2026-03-10T20:00:00.000Z'), key: 'garbage', value },
  replays: 0,
  replayedAt: null,
  replayedBy: null,
});
