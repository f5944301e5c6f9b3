/** A gateway and workers on a real database, each with HTTP between them as in the scaled size, and a write model that refuses facts when told to. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vi } from 'vitest';
import { tenantId } from '../../../domain/ids.ts';
import type { CommandEnvelope } from '../../../domain/messages.ts';
import { createAuth } from '../../../gateway/auth.ts';
import { gatewayConfig } from '../../../gateway/config.ts';
import { startGateway } from '../../../gateway/node/start-gateway.ts';
import { UnstorableError, type EventStore } from '../../../platform/event-store/event-store.ts';
import { createHttpOrigin } from '../../../platform/origin/http-origin.ts';
import { silentLogger } from '../../../platform/telemetry/logger.ts';
import { commandHandlerRole } from '../../../workers/command-handler/role.ts';
import { serveHttp } from '../../../workers/kit/http.ts';
import { createOriginRole } from '../../../workers/origin/role.ts';
import { projectorRole } from '../../../workers/projector/role.ts';
import { relayRole } from '../../../workers/relay/role.ts';
import { addNote, commandOf, createLead, leadId, startWorkerKit, WAIT } from '../../support/worker-kit.ts';

const TOKEN = 'a-token-for-origins';
/** Of the dev tokens. */
export const DEMO = tenantId('demo');
export const ADA = leadId('ada');
export const noteOn = (text: string, more: Partial<CommandEnvelope> = {}) => commandOf(addNote(ADA, text), { tenant: DEMO, ...more });

export async function startDesk(postgresUrl: string) {
  const kit = await startWorkerKit(postgresUrl);
  const state = { refuses: false };
  const eventStore: EventStore = {
    ...kit.ports.eventStore,
    transact: (work) =>
      kit.ports.eventStore.transact((tx) =>
        work({ ...tx, write: (what) => (state.refuses && what.appends.length > 0 ? Promise.reject(new UnstorableError('a bad day')) : tx.write(what)) }),
      ),
  };
  await kit.start(commandHandlerRole, { ...kit.ports, eventStore });
  for (const role of [relayRole, projectorRole]) await kit.start(role);
  const origin = await kit.start(createOriginRole(TOKEN));
  const served = await serveHttp({
    host: '127.0.0.1',
    port: 0,
    logger: silentLogger,
    answer: async (request) => (await origin.answer?.(request)) ?? { status: 404, body: 'nothing' },
  });
  const folder = await mkdtemp(join(tmpdir(), 'dead-letters-'));
  const { log, readModels, liveBus, clock, logger } = kit.ports;
  const gateway = await startGateway({
    ports: { log, readModels, liveBus, clock, logger, tokenSecret: 'a secret for tests', origin: createHttpOrigin({ url: served.url, token: TOKEN }) },
    ...(await createAuth(gatewayConfig({ DATA_DIR: folder }), clock)),
    host: '127.0.0.1',
    port: 0,
    processMetrics: false,
  });
  const create = commandOf(createLead(ADA), { tenant: DEMO });
  await kit.send(create);
  await kit.outcomes([create]);

  return {
    kit,
    url: gateway.url,
    /** Sends commands that are put aside, one after the other; the write model refuses facts from then on. */
    async failWith(...envelopes: readonly CommandEnvelope[]): Promise<void> {
      state.refuses = true;
      for (const envelope of envelopes) {
        await kit.send(envelope);
        await vi.waitUntil(async () => (await kit.outcome(envelope))?.status === 'DEAD_LETTERED', WAIT);
      }
    },
    heal: (): void => void (state.refuses = false),
    async stop(): Promise<void> {
      await gateway.stop();
      await served.close();
      await kit.stop();
      await rm(folder, { recursive: true });
    },
  };
}
export type Desk = Awaited<ReturnType<typeof startDesk>>;
