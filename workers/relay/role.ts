/** The outbox: committed events go to the log in the order of their commits, by one process at a time, each lane on its own. */
import { LANES, type Lane } from '../../domain/messages.ts';
import type { Loop } from '../kit/loop.ts';
import type { Role, RoleHealth } from '../kit/role.ts';
import { watchBacklog } from './backlog.ts';
import { createErasures } from './erasures.ts';
import { keepHouse } from './housekeeping.ts';
import { createInFlight } from './in-flight.ts';
import { RELAY, relayLane, type LaneRelay } from './lane.ts';
import { keepLease } from './lease-keeper.ts';
import { createPace } from './pace.ts';

/** With the wait of those that stand by, and some room: another process takes over within five seconds of the last sign of life. */
const LEASE_TTL_MS = 3_500;
const STANDBY_MS = 250;
/** A page that takes longer than so many leases hangs: the log and the database give up far earlier. */
const HUNG_AFTER_TTLS = 3;
const LOG_RETENTION_MS = 24 * 3_600_000;

export interface RelayOptions {
  /** Another process takes over this long (and a quarter of a second) after the last sign of life; 3,500 if absent. */
  readonly leaseTtlMs?: number | undefined;
  /** What every group has finished is deleted from the log when it is older; a day if absent. */
  readonly logRetentionMs?: number | undefined;
}

/** The first that is unwell speaks for all. */
function healthOf(loops: ReadonlyMap<string, Loop>): Pick<RoleHealth, 'ok' | 'detail'> {
  for (const [name, loop] of loops) {
    const { ok, detail } = loop.health();
    if (!ok) return { ok, detail: `${name} ${detail}` };
  }
  return { ok: true, detail: 'runs' };
}

export const createRelayRole = ({ leaseTtlMs = LEASE_TTL_MS, logRetentionMs = LOG_RETENTION_MS }: RelayOptions = {}): Role => ({
  name: 'relay',
  async start(ports) {
    const pages = createInFlight();
    const works = (): boolean => pages.oldestMs() < leaseTtlMs * HUNG_AFTER_TTLS;
    const lease = keepLease({ ...ports, name: RELAY, holder: `${ports.instance}:relay`, ttlMs: leaseTtlMs, standbyMs: STANDBY_MS, works });
    const housekeeping = keepHouse({ ports, lease, pages, retentionMs: logRetentionMs });
    const shared = { lease, pages, pace: createPace(), erasures: createErasures(ports.eventStore, () => housekeeping.ring()) };
    const lanes = new Map<Lane, LaneRelay>(LANES.map((lane) => [lane, relayLane(ports, lane, shared)]));
    const backlog = watchBacklog(ports, lanes);
    const work: ReadonlyMap<string, Loop> = new Map<string, Loop>([...lanes, ['housekeeping', housekeeping], ['backlog', backlog]]);

    const facts = (): RoleHealth['facts'] => {
      const relayed = [...lanes].map(([lane, relay]) => [`${lane}_relayed_total`, relay.relayed()] as const);
      return {
        leads: lease.holds(),
        relayed_total: relayed.reduce((sum, [, events]) => sum + events, 0),
        ...Object.fromEntries(relayed),
        ...backlog.facts(),
        erasure_pending_ms: housekeeping.erasurePendingMs(),
      };
    };
    return {
      async stop() {
        // The lease is kept until nothing is done under it any more.
        await Promise.all([...work.values()].map((one) => one.stop()));
        await shared.erasures.pay().catch((error: unknown) => ports.logger.warn({ error }, 'what the log should forget could not be noted'));
        await lease.stop();
      },
      health: () => ({ ...healthOf(new Map<string, Loop>([['lease', lease], ...work])), facts: facts() }),
    };
  },
});

export const relayRole: Role = createRelayRole();
