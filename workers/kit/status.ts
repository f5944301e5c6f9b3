/** Each role's state, shown where gateways can read it: `health` tells of workers that run elsewhere. */
import { SYSTEM_TENANT, type ViewPut } from '../../platform/read-models/read-models.ts';
import { createLoop } from './loop.ts';
import type { RoleHealth, RunningRole, WorkerPorts } from './role.ts';

/** How often a role's state is shown. */
const EVERY_MS = 1_000;
/** A process that has not said anything for this long is taken from the list. */
const GONE_AFTER_MS = 60_000;
/** How often somebody looks for such. */
const SWEEP_EVERY_MS = 30_000;
/** What was taken from the list goes away by itself. */
const GONE_TTL_SECONDS = 3_600;
const SWEEP_MAX = 100;

type StatusPorts = Pick<WorkerPorts, 'readModels' | 'clock' | 'logger' | 'instance'>;

/** The document of kind `status`. */
export interface WorkerStatus extends RoleHealth {
  readonly component: 'worker';
  readonly instance: string;
  readonly role: string;
  readonly at: string;
}

function statusPut(ports: StatusPorts, role: string, health: RoleHealth, now: Date): ViewPut {
  const at = now.toISOString();
  const status: WorkerStatus = { component: 'worker', instance: ports.instance, role, at, ...health };
  return {
    tenant: SYSTEM_TENANT,
    kind: 'status',
    id: `${ports.instance}:${role}`,
    version: now.getTime(),
    doc: JSON.stringify(status),
    index: { facets: ['all'], sorts: { UPDATED: at }, fields: {}, words: [] },
  };
}

async function takeFromList(ports: StatusPorts, statuses: readonly { readonly id: string; readonly version: number; readonly doc: string }[]): Promise<void> {
  if (statuses.length === 0) return;
  await ports.readModels.put(
    statuses.map(({ id, version, doc }) => ({
      tenant: SYSTEM_TENANT,
      kind: 'status',
      id,
      version: version + 1,
      doc,
      index: null,
      ttlSeconds: GONE_TTL_SECONDS,
    })),
  );
}

/** Processes that were killed cannot say goodbye; those that live do it for them. */
async function sweep(ports: StatusPorts, now: Date): Promise<void> {
  const gone = await ports.readModels.list({
    tenant: SYSTEM_TENANT,
    kind: 'status',
    order: 'UPDATED',
    direction: 'ASC',
    facets: ['all'],
    sortTo: new Date(now.getTime() - GONE_AFTER_MS).toISOString(),
    where: [],
    words: [],
    first: SWEEP_MAX,
  });
  await takeFromList(ports, gone.items);
}

/** Shows the roles' state until stopped, then takes it from the list. */
export function reportStatus(ports: StatusPorts, roles: ReadonlyMap<string, RunningRole>): { stop(): Promise<void> } {
  let sweptAtMs = 0;
  const current = (now: Date): ViewPut[] => [...roles].map(([role, running]) => statusPut(ports, role, running.health(), now));
  const loop = createLoop(ports.logger, 'status', async () => {
    const now = ports.clock.now();
    await ports.readModels.put(current(now));
    if (now.getTime() - sweptAtMs > SWEEP_EVERY_MS) {
      await sweep(ports, now);
      sweptAtMs = now.getTime();
    }
    return { pauseMs: EVERY_MS };
  });
  return {
    async stop() {
      await loop.stop();
      // Best effort: where it fails, the sweep of another process does it.
      await takeFromList(ports, current(ports.clock.now())).catch((error: unknown) =>
        ports.logger.warn({ error }, 'the status could not be taken from the list'),
      );
    },
  };
}
