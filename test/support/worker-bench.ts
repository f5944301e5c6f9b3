/** Roles at work over a real Postgres and views in memory, with what a test needs to push and to look. */
import { randomBytes } from 'node:crypto';
import { fold, isLead } from '../../domain/aggregate.ts';
import { tenantId, type LeadId, type TenantId } from '../../domain/ids.ts';
import type { Lead } from '../../domain/lead/lead.ts';
import type { RecordedEvent } from '../../domain/messages.ts';
import { systemClock } from '../../platform/clock.ts';
import { streamKey } from '../../platform/event-store/event-store.ts';
import { createPostgresDeadLetters } from '../../platform/dead-letters/postgres-dead-letters.ts';
import { createPostgresEventStore } from '../../platform/event-store/postgres-event-store.ts';
import { createPostgresLeases } from '../../platform/event-store/postgres-leases.ts';
import { createMemoryLiveBus } from '../../platform/live-bus/memory-live-bus.ts';
import { createTableLog } from '../../platform/log/table-log.ts';
import { ALL_TOPICS } from '../../platform/log/topics.ts';
import { createMemoryReadModels } from '../../platform/read-models/memory-read-models.ts';
import type { Scorer } from '../../platform/scoring/scorer.ts';
import { silentLogger } from '../../platform/telemetry/logger.ts';
import { commandHandlerRole } from '../../workers/command-handler/role.ts';
import type { Role, WorkerPorts } from '../../workers/kit/role.ts';
import { sendCommands, type WorkerCommand } from '../../workers/kit/send-commands.ts';
import { projectorRole } from '../../workers/projector/role.ts';
import { relayRole } from '../../workers/relay/role.ts';
import { startWorkers, type RunningWorkers } from '../../workers/start-workers.ts';
import { ownServerDatabase } from './own-postgres.ts';

export const TENANT: TenantId = tenantId('acme');

export interface WorkerBench {
  readonly ports: WorkerPorts;
  readonly workers: RunningWorkers;
  /** Sends commands as somebody would, each with its own id. */
  readonly send: (...commands: (Pick<WorkerCommand, 'command' | 'streamId'> & Partial<WorkerCommand>)[]) => Promise<void>;
  /** The lead as its events tell it. */
  lead(id: LeadId): Promise<Lead | null>;
  events(id: LeadId): Promise<readonly RecordedEvent[]>;
  stop(): Promise<void>;
}

/** The given roles, beside those that carry commands, events and views. */
export async function startWorkerBench(postgresUrl: string, scorer: Scorer, roles: readonly Role[]): Promise<WorkerBench> {
  const database = await ownServerDatabase(postgresUrl);
  const { sql } = database;
  const instance = `bench-${randomBytes(3).toString('hex')}`;
  const log = createTableLog({ sql, notify: true, instance });
  const eventStore = createPostgresEventStore({ sql, notify: true });
  const ports: WorkerPorts = {
    log,
    eventStore,
    leases: createPostgresLeases({ sql }),
    deadLetters: createPostgresDeadLetters({ sql }),
    readModels: createMemoryReadModels(),
    liveBus: createMemoryLiveBus(),
    scorer,
    clock: systemClock,
    logger: silentLogger,
    instance,
  };
  await log.ensureTopics(ALL_TOPICS);
  const workers = await startWorkers([commandHandlerRole, relayRole, projectorRole, ...roles], ports);
  let sent = 0;

  const events: WorkerBench['events'] = async (streamId) => {
    const ref = { tenant: TENANT, streamId };
    return (await eventStore.loadStreams([ref])).get(streamKey(ref)) ?? [];
  };
  return {
    ports,
    workers,
    send: (...commands) =>
      sendCommands(
        ports,
        'origin',
        commands.map((command) => ({ tenant: TENANT, lane: 'hot', dedupeKey: `test:${(sent += 1)}`, ...command })),
      ),
    async lead(id) {
      const state = fold(await events(id));
      return state && isLead(state) ? state : null;
    },
    events,
    async stop() {
      await workers.stop();
      await Promise.all([log.close(), eventStore.close()]);
      await database.dispose();
    },
  };
}
