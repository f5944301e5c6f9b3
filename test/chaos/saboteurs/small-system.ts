/** One process of each kind that a command needs, some of them sabotaged, with one client: for what must be forced rather than waited for. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { connect } from '../../../platform/event-store/connect.ts';
import { createKafkaLog } from '../../../platform/log/kafka-log.ts';
import { LANES } from '../../../domain/messages.ts';
import { commandTopic, groupOf } from '../../../platform/log/topics.ts';
import { createRandom } from '../../../scripts/demo/random.ts';
import { createApiClient } from '../api-client.ts';
import type { Violation } from '../checker/violation.ts';
import { createHistory } from '../history.ts';
import type { Wait, Wish } from '../load/operations.ts';
import { createSender } from '../load/sender.ts';
import { createWorld } from '../load/world.ts';
import { judge } from '../outcomes/collect.ts';
import { untilQuiet } from '../outcomes/quiescence.ts';
import { tokenOf } from '../run.ts';
import type { Cluster } from '../system/cluster.ts';
import { createRawLog } from '../system/raw-log.ts';
import { gatewaySpecs, workerSpec } from '../system/roles.ts';
import { startSupervisor } from '../system/supervisor.ts';

const READY_WITHIN_MS = 90_000;
const QUIET_WITHIN_MS = 60_000;

/** Entries that stand in for workers/main.ts. */
export interface Entries {
  readonly commandHandler?: string;
  readonly projector?: string;
}

export async function startSmallSystem(cluster: Cluster, folder: string, name: string, entries: Entries) {
  const own = join(folder, name);
  mkdirSync(own, { recursive: true });
  const specs = [
    ...gatewaySpecs(cluster).slice(0, 1),
    workerSpec(cluster, 'command-handler', 'command-handler', entries.commandHandler),
    workerSpec(cluster, 'projector', 'projector', entries.projector),
    workerSpec(cluster, 'relay-origin', 'relay,origin'),
  ];
  const supervisor = startSupervisor(specs, own, createRandom(1));
  const rawLog = createRawLog(cluster.direct.brokers);
  const history = createHistory(name, join(own, 'history.ndjson'));
  const world = createWorld();
  const api = createApiClient(cluster.gatewayPorts.slice(0, 1), await tokenOf(folder, name));
  const sender = createSender({ api, history, world, random: createRandom(2), deadline: AbortSignal.timeout(READY_WITHIN_MS * 2) });
  await supervisor.allReady(READY_WITHIN_MS);

  return {
    supervisor,
    rawLog,
    world,
    async send({ type, lead, expectedVersion, inputOf }: Wish, wait: Wait) {
      const key = `${name}-${history.commands.size}`;
      const facts = { key, type, input: inputOf(key), client: name, leadId: lead?.id ?? null, expectedVersion, imported: false };
      return sender.send(history.sent({ ...facts, sentAtMs: performance.now() }), wait);
    },
    /** Noted in the history, as a reader's. */
    async read(leadId: string): Promise<number | null> {
      const startedAtMs = performance.now();
      const { lead } = await api.insist<{ lead: { version: number } | null }>('query ($id: ID!) { lead(id: $id) { version } }', { id: leadId });
      const version = lead?.version ?? null;
      history.reads.push({ reader: 'reader', pinned: true, leadId, startedAtMs, version, atLeast: null });
      return version;
    },
    /** Until the command handler's groups have committed all that was sent. */
    async untilTaken(): Promise<void> {
      const log = createKafkaLog({ brokers: [cluster.direct.brokers], clientId: 'chaos-small' });
      try {
        for (;;) {
          const lags = await Promise.all(LANES.map((lane) => log.lag(groupOf('command-handler', lane), commandTopic(lane))));
          if (lags.every((lag) => lag === 0)) return;
          await delay(50);
        }
      } finally {
        await log.close();
      }
    },
    async restart(process: string): Promise<void> {
      const before = supervisor.process(process).restarts();
      supervisor.process(process).signal('SIGKILL');
      while (supervisor.process(process).restarts() === before) await delay(50);
      await supervisor.allReady(READY_WITHIN_MS);
    },
    async verdict(): Promise<readonly Violation[]> {
      const sql = connect(cluster.direct.databaseUrl, { connectionsMax: 1 });
      try {
        await untilQuiet({ brokers: cluster.direct.brokers, sql, rawLog, roles: ['projector'], timeoutMs: QUIET_WITHIN_MS });
      } finally {
        await sql.end({ timeout: 5 });
      }
      return judge({ recorded: history, api, databaseUrl: cluster.direct.databaseUrl, rawLog });
    },
    async stop(): Promise<void> {
      await api.close();
      await supervisor.stop();
      await history.close();
    },
  };
}
