/** The ports of worker processes on a database of the test's own, with outages to order; commands and their traces. */
import { randomBytes } from 'node:crypto';
import { vi } from 'vitest';
import { fold, isLead, streamOf } from '../../domain/aggregate.ts';
import { makeId, tenantId, type CommandId, type LeadId, type StreamId, type TenantId } from '../../domain/ids.ts';
import type { Lead } from '../../domain/lead/lead.ts';
import type { Command, CommandEnvelope, CommandReceipt, RecordedEvent } from '../../domain/messages.ts';
import { systemClock } from '../../platform/clock.ts';
import { streamKey } from '../../platform/event-store/event-store.ts';
import type { DeadLetter } from '../../platform/dead-letters/dead-letters.ts';
import { createPostgresDeadLetters } from '../../platform/dead-letters/postgres-dead-letters.ts';
import { createPostgresEventStore } from '../../platform/event-store/postgres-event-store.ts';
import { createPostgresLeases } from '../../platform/event-store/postgres-leases.ts';
import { createMemoryLiveBus } from '../../platform/live-bus/memory-live-bus.ts';
import type { LiveMessage } from '../../platform/live-bus/live-bus.ts';
import { createTableLog } from '../../platform/log/table-log.ts';
import { LogUnavailableError } from '../../platform/log/log.ts';
import { ALL_TOPICS, commandTopic, DEAD_LETTER_TOPIC, recordKey } from '../../platform/log/topics.ts';
import { encodeCommand } from '../../platform/messages/encode.ts';
import { createMemoryReadModels } from '../../platform/read-models/memory-read-models.ts';
import { ReadModelsUnavailableError } from '../../platform/read-models/read-models.ts';
import { createRulesScorer } from '../../platform/scoring/rules-scorer.ts';
import { silentLogger } from '../../platform/telemetry/logger.ts';
import type { DeadLetterNews } from '../../workers/kit/dead-letter.ts';
import type { Role, RunningRole, WorkerPorts } from '../../workers/kit/role.ts';
import { connect } from '../../platform/event-store/connect.ts';
import { ownServerDatabase } from './own-postgres.ts';

export const ACME: TenantId = tenantId('acme');
export const WAIT = { timeout: 30_000, interval: 10 };
export const AT = '2026-03-10T20:00:00.000Z';
export const leadId = (name: string): LeadId => makeId('lead', name);
export const commandId = (name: string): CommandId => makeId('command', name);

let made = 0;
/** Each with an id of its own unless told. */
export function commandOf(command: Command, more: Partial<CommandEnvelope> = {}): CommandEnvelope {
  const actor = { id: 'user-1', roles: ['AGENT' as const] };
  const id = commandId(`c${(made += 1)}`);
  return { schema: 1, id, tenant: ACME, streamId: streamOf(command), actor, lane: 'hot', issuedAt: AT, fingerprint: 'f', command, ...more };
}
export const createLead = (id: LeadId, email?: string): Command => ({
  type: 'CreateLead',
  leadId: id,
  lead: { firstName: 'Ada', source: 'REFERRAL', intent: 'BUYER', ...(email === undefined ? {} : { email }) },
  onExisting: 'REJECT',
});
export const addNote = (id: LeadId, text: string): Command => ({ type: 'AddNote', leadId: id, text });

/** Every call rejects while `isDown` says so. */
function breakable<T extends object>(port: T, isDown: () => boolean, error: () => Error): T {
  return new Proxy(port, {
    get(target, name, receiver) {
      const value: unknown = Reflect.get(target, name, receiver);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]): unknown => (isDown() ? Promise.reject(error()) : Reflect.apply(value, target, args));
    },
  });
}

export async function startWorkerKit(postgresUrl: string, more: Partial<WorkerPorts> = {}) {
  const database = await ownServerDatabase(postgresUrl);
  const outages = { readModels: false, liveBus: false, append: false };
  const readModels = more.readModels ?? createMemoryReadModels();
  const liveBus = more.liveBus ?? createMemoryLiveBus();
  const news: LiveMessage[] = [];
  await liveBus.subscribe((message) => news.push(message));
  const closing: (() => Promise<void>)[] = [];
  const running: RunningRole[] = [];

  /** Another process's ports: connections of its own, the same views and the same bus. */
  const newProcess = (): WorkerPorts => {
    const sql = database.another();
    const instance = `kit-${randomBytes(3).toString('hex')}`;
    const log = createTableLog({ sql, notify: true, instance, leaseMs: 3_000 });
    const eventStore = createPostgresEventStore({ sql, notify: true });
    closing.push(async () => {
      await Promise.all([log.close(), eventStore.close()]);
    });
    return {
      log: { ...log, append: (records) => (outages.append ? Promise.reject(new LogUnavailableError('down')) : log.append(records)) },
      eventStore,
      leases: createPostgresLeases({ sql }),
      deadLetters: createPostgresDeadLetters({ sql }),
      scorer: createRulesScorer(),
      clock: systemClock,
      logger: silentLogger,
      instance,
      ...more,
      readModels: breakable(
        readModels,
        () => outages.readModels,
        () => new ReadModelsUnavailableError('down'),
      ),
      liveBus: breakable(
        liveBus,
        () => outages.liveBus,
        () => new Error('the bus is down'),
      ),
    };
  };
  const ports = newProcess();
  await ports.log.ensureTopics(ALL_TOPICS);

  const kit = {
    database,
    ports,
    outages,
    news,
    readModels,
    newProcess,
    async start(role: Role, on: WorkerPorts = ports): Promise<RunningRole> {
      const started = await role.start(on);
      running.push(started);
      return started;
    },
    /** One append; what shares lane and partition comes in this order. */
    send: (...envelopes: readonly CommandEnvelope[]) =>
      ports.log.append(
        envelopes.map((envelope) => ({
          topic: commandTopic(envelope.lane),
          key: recordKey(envelope.tenant, envelope.streamId),
          value: encodeCommand(envelope),
        })),
      ),
    outcome: (envelope: CommandEnvelope): Promise<CommandReceipt | null> => ports.eventStore.findOutcome(envelope.tenant, envelope.id),
    async outcomes(envelopes: readonly CommandEnvelope[]): Promise<CommandReceipt[]> {
      const found: CommandReceipt[] = [];
      for (const envelope of envelopes) {
        found.push(
          await vi
            // Not waitUntil, which ends with the first error: where the database was away, a question may still meet a cut connection.
            .waitFor(async () => (await kit.outcome(envelope)) ?? Promise.reject(new Error('not yet')), WAIT)
            .catch((error: unknown) => {
              throw new Error(`no outcome of ${envelope.id}`, { cause: error });
            }),
        );
      }
      return found;
    },
    async receipt({ tenant, id }: CommandEnvelope): Promise<CommandReceipt | null> {
      const [view] = await readModels.get([{ tenant, kind: 'command', id }]);
      return view ? (JSON.parse(view.doc) as CommandReceipt) : null;
    },
    async events(streamId: StreamId, tenant: TenantId = ACME): Promise<readonly RecordedEvent[]> {
      const ref = { tenant, streamId };
      return (await ports.eventStore.loadStreams([ref])).get(streamKey(ref)) ?? [];
    },
    /** All events in the order of commits, once readers may see them: what other suites have under way on the same server holds them back for a moment. */
    committed: (): Promise<RecordedEvent[]> =>
      vi.waitFor(async () => {
        const { events } = await ports.eventStore.readCommitted('', 10_000);
        const [row] = await database.sql<{ count: number }[]>`select count(*)::int as count from events`;
        if (events.length !== row?.count) throw new Error(`${events.length} of ${row?.count} events can be read`);
        return [...events];
      }, WAIT),
    /** Readers see nothing that is committed from now on, as while any transaction of the same server stays open; until what this answers is called. */
    async holdReadersBack(): Promise<() => Promise<void>> {
      const [open, release] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
      const transaction = database.another().begin(async (tx) => {
        await tx`select pg_current_xact_id()`;
        open.resolve();
        await release.promise;
      });
      await open.promise;
      return async () => {
        release.resolve();
        await transaction;
      };
    },
    async lead(id: LeadId): Promise<Lead | null> {
      const state = fold(await kit.events(id));
      return state && isLead(state) ? state : null;
    },
    /** The records of a topic as they stand in the table log. */
    async records(topic: string): Promise<{ key: string; value: string; partition: number; offset: string }[]> {
      return database.sql<{ key: string; value: string; partition: number; offset: string }[]>`
        select key, value, partition, "offset"::text from log_records where topic = ${topic} order by partition, log_records."offset"`;
    },
    /** As they are kept, newest first. */
    deadLetters: async (): Promise<readonly DeadLetter[]> => (await ports.deadLetters.list({ tenant: null, filter: {}, first: 500 })).letters,
    /** As the topic tells of them. */
    letterNews: async (): Promise<DeadLetterNews[]> => (await kit.records(DEAD_LETTER_TOPIC)).map(({ value }) => JSON.parse(value) as DeadLetterNews),
    /** True once the group has finished everything. */
    drained: async (group: string, topic: string): Promise<boolean> => (await ports.log.lag(group, topic)) === 0,
    /** Nobody can connect to the database while `during` runs, and every connection is cut. */
    async withDatabaseDown(during: () => Promise<void>): Promise<void> {
      const admin = connect(postgresUrl, { connectionsMax: 1 });
      const name = new URL(database.url).pathname.slice(1);
      try {
        await admin.unsafe(`alter database ${name} with allow_connections false`);
        await admin`select pg_terminate_backend(pid) from pg_stat_activity where datname = ${name}`;
        await during();
      } finally {
        await admin.unsafe(`alter database ${name} with allow_connections true`);
        await admin.end();
      }
    },
    async stop(): Promise<void> {
      await Promise.all(running.map((role) => role.stop()));
      await Promise.all(closing.map((close) => close()));
      await database.dispose();
    },
  };
  return kit;
}
export type WorkerKit = Awaited<ReturnType<typeof startWorkerKit>>;
