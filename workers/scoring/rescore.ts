/**
 * Degraded scores get better once the AI can be had again: whenever it can after it could not (also at the start), every lead whose score
 * says `degraded` is asked for again by ScoreLead in the cold lane. Slowly, so that a limit that hits again costs little; by one process
 * at a time. And where nobody scores anything while the circuit is due to be tried, this tries it.
 */
import type { Scorer, ScorerStatus } from '../../platform/scoring/scorer.ts';
import { streamKey } from '../../platform/event-store/event-store.ts';
import { createLoop, type Loop } from '../kit/loop.ts';
import type { WorkerPorts } from '../kit/role.ts';
import { sendCommands } from '../kit/send-commands.ts';
import { walkDegraded, type DegradedLead, type DegradedLeads } from './degraded-leads.ts';
import { listTenants } from '../kit/tenants.ts';

const LEASE = 'scoring-rescore';
const LEASE_MS = 30_000;
/** Asked for and not scored yet, at the most. */
const OUTSTANDING_MAX = 50;
/** After this long, what was asked for counts as scored elsewhere. */
const OUTSTANDING_MS_MAX = 60_000;
/** A full line of callers degrades scores without opening the circuit: these are found after this long. */
const SWEEP_AGAIN_MS = 600_000;

export interface Rescore extends Pick<Loop, 'stop' | 'health'> {
  /** To be told of every lead that was scored. */
  scored(lead: DegradedLead): void;
  facts(): Readonly<Record<string, number>>;
}

export interface RescoreOptions {
  readonly ports: WorkerPorts;
  /** Scores one lead now, and records it only where the AI gave the score. */
  readonly probe: (lead: DegradedLead, signal: AbortSignal) => Promise<void>;
  readonly pauseMs?: number;
}

/** Whether the AI can be asked, and if not, whether it is time that somebody tries. */
export function outlook(status: ScorerStatus, nowMs: number): 'READY' | 'DUE' | 'WAIT' {
  const due = status.retryAt === undefined || Date.parse(status.retryAt) <= nowMs;
  if (status.circuit === 'CLOSED') return due ? 'READY' : 'WAIT';
  return status.circuit === 'OPEN' && due ? 'DUE' : 'WAIT';
}

const givenWithoutAi = ({ calls }: ScorerStatus): number => calls.rules + calls.stale;

/** One walk through the degraded leads, with what it has asked for. */
function createSweep(ports: WorkerPorts, leads: DegradedLeads, startedAt: string, startedMs: number) {
  const outstanding = new Map<string, number>();
  const key = ({ tenant, id }: DegradedLead): string => streamKey({ tenant, streamId: id });
  return {
    startedMs,
    scored: (lead: DegradedLead): void => void outstanding.delete(key(lead)),
    done: (): boolean => leads.done,
    /** Asks for as many as may be outstanding; answers how many these were. */
    async advance(nowMs: number): Promise<number> {
      for (const [lead, askedMs] of outstanding) if (nowMs - askedMs > OUTSTANDING_MS_MAX) outstanding.delete(lead);
      const room = OUTSTANDING_MAX - outstanding.size;
      if (room <= 0) return 0;
      const found = await leads.next(room);
      for (const lead of found) outstanding.set(key(lead), nowMs);
      await sendCommands(
        ports,
        'scoring',
        found.map(({ tenant, id }) => ({
          tenant,
          streamId: id,
          lane: 'cold',
          command: { type: 'ScoreLead', leadId: id },
          dedupeKey: `rescore:${id}@${startedAt}`,
        })),
      );
      return found.length;
    },
  };
}

export function startRescore({ ports, probe, pauseMs = 500 }: RescoreOptions): Rescore {
  const { scorer, readModels, eventStore, leases, clock, instance, logger } = ports;
  const totals = { rescored_total: 0, probes_total: 0 };
  let sweep: ReturnType<typeof createSweep> | null = null;
  let wasReady = false;
  let withoutAi = givenWithoutAi(scorer.status());
  let lastProbeMs = 0;

  const hasLease = (): Promise<boolean> => leases.hold(LEASE, instance, LEASE_MS);

  async function begin(nowMs: number, signal: AbortSignal): Promise<void> {
    withoutAi = givenWithoutAi(scorer.status());
    const leads = walkDegraded(readModels, await listTenants(eventStore, signal));
    sweep = createSweep(ports, leads, new Date(nowMs).toISOString(), nowMs);
  }

  async function sweepOn(nowMs: number, signal: AbortSignal): Promise<void> {
    const missed = sweep !== null && sweep.done() && nowMs - sweep.startedMs > SWEEP_AGAIN_MS && givenWithoutAi(scorer.status()) > withoutAi;
    if (!wasReady || missed) await begin(nowMs, signal);
    wasReady = true;
    if (sweep === null || sweep.done()) return;
    if (!(await hasLease())) return;
    totals.rescored_total += await sweep.advance(nowMs);
    if (sweep.done()) await leases.release(LEASE, instance);
  }

  /** Costs one call; with nothing degraded there is nobody to try it for, and the next lead will. */
  async function probeOne(nowMs: number, signal: AbortSignal): Promise<void> {
    lastProbeMs = nowMs;
    for (const leads = walkDegraded(readModels, await listTenants(eventStore, signal)); !leads.done && !signal.aborted;) {
      const [lead] = await leads.next(1);
      if (!lead) continue;
      totals.probes_total += 1;
      logger.info({ probes: totals.probes_total }, 'nobody else tries the circuit to the AI; a degraded lead does');
      // Stopping ends the call: that is no error of the loop.
      return probe(lead, signal).catch((error: unknown) => {
        if (!signal.aborted) throw error;
      });
    }
  }

  const loop = createLoop(logger, 'scoring-rescore', async (signal) => {
    const nowMs = clock.now().getTime();
    const view = outlook(scorer.status(), nowMs);
    if (view === 'READY') await sweepOn(nowMs, signal);
    else wasReady = false;
    if (view === 'DUE' && nowMs - lastProbeMs > pauseMs * 2) await probeOne(nowMs, signal);
    return { pauseMs };
  });

  return {
    stop: () => loop.stop(),
    health: () => loop.health(),
    scored: (lead) => sweep?.scored(lead),
    facts: () => ({ ...totals }),
  };
}

/** Rules alone never degrade. */
export const needsRescore = (scorer: Scorer): boolean => scorer.status().circuit !== 'NONE';
