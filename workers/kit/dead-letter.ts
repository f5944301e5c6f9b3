/**
 * Putting aside what can never be handled. The letter (the record as it was, where it came from and why) is kept in the write model's database,
 * where an erasure reaches it; the topic tells the same without the record's content.
 */
import { deadLetterId, isTenantId, kindOfId, type StreamId } from '../../domain/ids.ts';
import type { CommandEnvelope, RecordedEvent } from '../../domain/messages.ts';
import type { DeadLetter } from '../../platform/dead-letters/dead-letters.ts';
import type { LogRecord, ReceivedRecord } from '../../platform/log/log.ts';
import { DEAD_LETTER_TOPIC } from '../../platform/log/topics.ts';
import { decodeCommand, decodeEvent, MalformedMessageError } from '../../platform/messages/decode.ts';
import { digest } from '../../platform/messages/new-id.ts';
import type { WorkerPorts } from './role.ts';

/** Where the original is longer, its beginning is kept and its length told. */
const VALUE_CHARS_MAX = 400_000;
const REASON_CHARS_MAX = 2_000;
const HEADER_CHARS_MAX = 500;

export interface RecordFailure {
  readonly record: ReceivedRecord;
  /** For operators; never quotes the record. */
  readonly reason: string;
  /** Rounds of tries. */
  readonly attempts: number;
  /** ISO 8601 UTC; when it is put aside, if absent. */
  readonly firstFailedAt?: string | undefined;
}

/** What the topic tells of a letter. */
export interface DeadLetterNews extends Omit<DeadLetter, 'original' | 'replays' | 'replayedAt' | 'replayedBy'> {
  readonly schema: 2;
  readonly original: Omit<DeadLetter['original'], 'value' | 'cutFrom'>;
}

/** Never half a character at the end: logs refuse that. */
const cut = (text: string, charsMax: number): string => (text.length <= charsMax ? text : text.slice(0, charsMax)).toWellFormed();

type About = Pick<DeadLetter, 'tenant' | 'streamId' | 'commandId' | 'type' | 'traceparent'>;

const aboutCommand = ({ tenant, streamId, id, command, trace }: CommandEnvelope): About => ({
  tenant,
  streamId,
  commandId: id,
  type: command.type,
  traceparent: trace?.traceparent ?? null,
});
const aboutEvent = ({ tenant, streamId, commandId, event, trace }: RecordedEvent): About => ({
  tenant,
  streamId,
  commandId,
  type: event.type,
  traceparent: trace?.traceparent ?? null,
});

/** What can be read of it at all: the key says whose it is where the envelope does not. */
function aboutKey(key: string): About {
  const [tenant = '', streamId = '', ...rest] = key.split(':');
  const isOurs = rest.length === 0 && isTenantId(tenant) && ['lead', 'property', 'agent'].includes(kindOfId(streamId) ?? '');
  const owner = isOurs ? { tenant, streamId: streamId as StreamId } : { tenant: null, streamId: null };
  return { ...owner, commandId: null, type: null, traceparent: null };
}

function about({ value, key }: ReceivedRecord): About {
  for (const read of [() => aboutCommand(decodeCommand(value)), () => aboutEvent(decodeEvent(value))]) {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof MalformedMessageError)) throw error;
    }
  }
  return aboutKey(key);
}

const idOf = async (group: string, { topic, partition, offset, appendedAtMs }: ReceivedRecord): Promise<DeadLetter['id']> =>
  deadLetterId(await digest(`${group}|${topic}|${partition}|${offset}|${appendedAtMs}`));

/** The letter for a record. Its id is decided by where the record stood: made again, it is the same letter. */
export async function makeLetter(group: string, { record, reason, attempts, firstFailedAt }: RecordFailure, at: string): Promise<DeadLetter> {
  const { topic, partition, offset, appendedAtMs, key, value } = record;
  const kept = value.length <= VALUE_CHARS_MAX ? { value } : { value: cut(value, VALUE_CHARS_MAX), cutFrom: value.length };
  return {
    id: await idOf(group, record),
    ...about(record),
    group,
    reason: cut(reason, REASON_CHARS_MAX),
    attempts,
    firstFailedAt: firstFailedAt ?? at,
    at,
    original: { topic, partition, offset, appendedAtMs, key, ...kept },
    replays: 0,
    replayedAt: null,
    replayedBy: null,
  };
}

/** The letter that was kept for this record earlier; null where there is none. */
export const findLetter = async (ports: Pick<WorkerPorts, 'deadLetters'>, group: string, record: ReceivedRecord): Promise<DeadLetter | null> =>
  ports.deadLetters.get(null, await idOf(group, record));

function toRecord(letter: DeadLetter): LogRecord {
  const { original, replays: _, replayedAt: __, replayedBy: ___, ...rest } = letter;
  const { topic, partition, offset, appendedAtMs, key } = original;
  const news: DeadLetterNews = { schema: 2, ...rest, original: { topic, partition, offset, appendedAtMs, key } };
  const ids = {
    ...(letter.commandId === null ? {} : { 'command-id': letter.commandId }),
    ...(letter.traceparent === null ? {} : { traceparent: letter.traceparent }),
  };
  return {
    topic: DEAD_LETTER_TOPIC,
    key,
    value: JSON.stringify(news),
    headers: { 'letter-id': letter.id, reason: cut(letter.reason, HEADER_CHARS_MAX), ...ids },
  };
}

/** Tells the topic, and the operators' log, of letters that are kept already. May tell the same twice: the ids say so. */
export async function announceLetters(ports: Pick<WorkerPorts, 'log' | 'logger'>, letters: readonly DeadLetter[]): Promise<void> {
  if (letters.length === 0) return;
  for (const { id, reason, attempts, original } of letters) {
    const { topic, partition, offset } = original;
    ports.logger.error({ letter: id, topic, partition, offset, reason: cut(reason, HEADER_CHARS_MAX), attempts }, 'a record was put into the dead letters');
  }
  await ports.log.append(letters.map(toRecord));
}

/** Durable once resolved; only then may the offset move on. Repeated, it changes nothing. */
export async function deadLetter(
  ports: Pick<WorkerPorts, 'log' | 'clock' | 'logger' | 'deadLetters'>,
  group: string,
  failures: readonly RecordFailure[],
): Promise<void> {
  if (failures.length === 0) return;
  const at = ports.clock.now().toISOString();
  const letters = await Promise.all(failures.map((failure) => makeLetter(group, failure, at)));
  await ports.deadLetters.put(letters);
  await announceLetters(ports, letters);
}
