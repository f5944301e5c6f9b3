/** Tells how the board of each brokerage moves: at most once a second, by one process at a time. Its figures stand beside the views (ADR 28). */
import { listTenants } from '../kit/tenants.ts';
import { createLoop } from '../kit/loop.ts';
import type { Role } from '../kit/role.ts';
import { createBoards } from './boards.ts';

/** Between two messages on one board. */
const PAUSE_MS = 1_000;
const LEASE = 'analytics-boards';
/** The board stands still for as long after the process that tells of it was killed. */
const LEASE_MS = 5_000;

export const analyticsRole: Role = {
  name: 'analytics',
  async start(ports) {
    const { liveBus, leases, eventStore, instance, logger } = ports;
    const boards = createBoards(ports);
    let leads = false;
    const subscription = await liveBus.subscribe(
      (message) => boards.heard(message),
      undefined,
      (tenant) => boards.doubt([tenant]),
    );
    const loop = createLoop(logger, LEASE, async (signal) => {
      const led = leads;
      leads = await leases.hold(LEASE, instance, LEASE_MS);
      if (!leads) return { pauseMs: PAUSE_MS };
      if (!led) {
        boards.forget();
        boards.doubt(await listTenants(eventStore, signal));
      }
      await boards.tell();
      return { pauseMs: PAUSE_MS };
    });
    return {
      async stop() {
        await Promise.all([subscription.stop(), loop.stop()]);
        if (leads) await leases.release(LEASE, instance).catch(() => undefined);
        leads = false;
      },
      health() {
        const { ok, detail } = loop.health();
        return { ok, detail: ok ? 'boards move with their leads' : detail, facts: { ...boards.facts(), leads } };
      },
    };
  },
};
