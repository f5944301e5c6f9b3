/** Dead letters straight from the write model's database, of all tenants and of none: for operators. Replays go to the log as the API's do. */
import { randomBytes } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import type { DeadLetterId } from '../../domain/ids.ts';
import type { CommandReceipt } from '../../domain/messages.ts';
import { asReplay, type ReplayEnvelope } from '../../platform/dead-letters/as-replay.ts';
import type { DeadLetter, DeadLetters } from '../../platform/dead-letters/dead-letters.ts';
import { judgeReplay } from '../../platform/dead-letters/judge-replay.ts';
import { createPostgresDeadLetters } from '../../platform/dead-letters/postgres-dead-letters.ts';
import { connect } from '../../platform/event-store/connect.ts';
import type { EventStore } from '../../platform/event-store/event-store.ts';
import { createPostgresEventStore } from '../../platform/event-store/postgres-event-store.ts';
import { createKafkaLog } from '../../platform/log/kafka-log.ts';
import type { Log } from '../../platform/log/log.ts';
import { createTableLog } from '../../platform/log/table-log.ts';
import { commandTopic, recordKey } from '../../platform/log/topics.ts';
import { encodeCommand } from '../../platform/messages/encode.ts';
import { deadLetteredAtOf, receiptSince } from '../../resolvers/dead-letters/replay-receipt.ts';
import { outcomeOf, ReplayRefusedError, type DeadLetterSource } from './source.ts';

const WAIT_MS = 5_000;
const POLL_MS = 50;
const CONNECTIONS_MAX = 3;

export interface DirectPorts {
  readonly deadLetters: Pick<DeadLetters, 'list' | 'get'>;
  readonly eventStore: Pick<EventStore, 'findOutcome'>;
  readonly log: Pick<Log, 'append'>;
  /** Who has letters tried again, as the letters will say: `operator:<name>`. */
  readonly operator: string;
  close(): Promise<void>;
}

export function createDirectSource(ports: DirectPorts): DeadLetterSource {
  const { deadLetters, eventStore } = ports;
  return {
    list: (query) => deadLetters.list({ ...query, tenant: null }),
    async get(id) {
      const letter = await deadLetters.get(null, id);
      return letter && { letter, receipt: await receiptOf(eventStore, letter) };
    },
    async replay(id, wait) {
      const command = await replayable(ports, id);
      const before = await eventStore.findOutcome(command.tenant, command.id);
      if (before !== null && before.fingerprint !== command.fingerprint) throw new ReplayRefusedError('another command has its command id by now');
      if (before !== null && before.status !== 'DEAD_LETTERED') return outcomeOf(before);
      const { tenant, streamId, lane } = command;
      await ports.log.append([{ topic: commandTopic(lane), key: recordKey(tenant, streamId), value: encodeCommand(command) }]);
      return outcomeOf(await outcomeSince(eventStore, command, deadLetteredAtOf(before), wait ? WAIT_MS : 0));
    },
    close: () => ports.close(),
  };
}

async function receiptOf(eventStore: DirectPorts['eventStore'], { tenant, commandId }: DeadLetter): Promise<CommandReceipt | null> {
  return tenant === null || commandId === null ? null : eventStore.findOutcome(tenant, commandId);
}

async function replayable({ deadLetters, operator }: DirectPorts, id: DeadLetterId): Promise<ReplayEnvelope> {
  const letter = await deadLetters.get(null, id);
  if (letter === null) throw new ReplayRefusedError('there is no such letter');
  const judgement = judgeReplay(letter);
  if ('refusal' in judgement) throw new ReplayRefusedError(judgement.refusal);
  return asReplay(judgement.command, id, operator);
}

/** The outcome, once it is another than the one that was replayed; ACCEPTED where the time is up before. */
async function outcomeSince(
  eventStore: DirectPorts['eventStore'],
  command: ReplayEnvelope,
  deadLetteredAt: string | null,
  waitMs: number,
): Promise<CommandReceipt> {
  const deadlineMs = performance.now() + waitMs;
  for (;;) {
    const receipt = receiptSince(await eventStore.findOutcome(command.tenant, command.id), deadLetteredAt, command);
    if (receipt.status !== 'ACCEPTED' || performance.now() >= deadlineMs) return receipt;
    await setTimeout(POLL_MS);
  }
}

/** The ports over the database and the log that workers with these settings use. Connects when first used. */
export function connectDirectly({
  databaseUrl,
  kafkaBrokers,
  operator,
}: {
  databaseUrl: string;
  kafkaBrokers: readonly string[];
  operator: string;
}): DirectPorts {
  const instance = `dead-letters-${process.pid}-${randomBytes(3).toString('hex')}`;
  const sql = connect(databaseUrl, { applicationName: instance, connectionsMax: CONNECTIONS_MAX });
  const log: Log =
    kafkaBrokers.length > 0 ? createKafkaLog({ brokers: [...kafkaBrokers], clientId: instance }) : createTableLog({ sql, notify: true, instance });
  const eventStore = createPostgresEventStore({ sql, notify: true });
  return {
    deadLetters: createPostgresDeadLetters({ sql }),
    eventStore,
    log,
    operator,
    async close() {
      await Promise.all([log.close(), eventStore.close()]);
      await sql.end({ timeout: 5 });
    },
  };
}
