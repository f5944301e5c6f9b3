/** One run of chaos from its start to its verdict. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { tenantId } from '../../domain/ids.ts';
import { loadDevKeys } from '../../platform/auth/dev-keys.ts';
import { systemClock } from '../../platform/clock.ts';
import { connect } from '../../platform/event-store/connect.ts';
import { createRandom } from '../../scripts/demo/random.ts';
import { createApiClient, type ApiClient } from './api-client.ts';
import type { Violation } from './checker/violation.ts';
import type { FaultKind } from './faults/fault.ts';
import { runFaults } from './faults/schedule.ts';
import { createHistory, type History } from './history.ts';
import { startTeams, type Teams } from './load/follow/teams.ts';
import { startLoad } from './load/load.ts';
import { createWorld, type World } from './load/world.ts';
import { judge } from './outcomes/collect.ts';
import { untilQuiet } from './outcomes/quiescence.ts';
import { startCluster, type Cluster } from './system/cluster.ts';
import { createRawLog, type RawLog } from './system/raw-log.ts';
import { allSpecs } from './system/roles.ts';
import { startSupervisor, type Supervisor } from './system/supervisor.ts';

export interface RunOptions {
  readonly seed: number;
  /** How long load and faults go on. */
  readonly loadMs: number;
  /** Commands a second. */
  readonly rate: number;
  readonly clients: number;
  /** Who follow leads over both transports. */
  readonly watchers: number;
  readonly faults: readonly FaultKind[];
  readonly faultEveryMs: number;
  /** See FaultScene. */
  readonly faultScale: number;
  /** Accepted commands for each poison. */
  readonly poisonEvery: number;
  readonly quietTimeoutMs: number;
  /** Redis comes back with what it had, so that watchers resume where they were; else it comes back empty, and they are told to reload. */
  readonly redisKeeps?: boolean;
  /** Everything that the run leaves: data, logs, history.ndjson. */
  readonly folder: string;
  /** Ends the run early, without a verdict. */
  readonly abort?: AbortSignal | undefined;
  readonly onProgress?: ((line: string) => void) | undefined;
}

export interface RunResult {
  readonly seed: number;
  readonly accepted: number;
  readonly perSecond: number;
  readonly faults: Readonly<Record<string, number>>;
  readonly poisons: number;
  readonly reads: number;
  /** Of the watchers. */
  readonly told: number;
  readonly reloads: number;
  readonly restarts: number;
  /** What still moved, and which watchers still came back, when the time was up. */
  readonly moving: readonly string[];
  readonly violations: readonly Violation[];
  readonly history: History;
}

const READY_WITHIN_MS = 120_000;
/** After the load: how long clients go on asking for an answer. */
const ANSWERS_WITHIN_MS = 60_000;
const EVENT_ROLES = ['projector', 'scoring', 'matching'];
const PROGRESS_EVERY_MS = 5_000;
/** One person may have a hundred subscriptions at a gateway, which may be the only one. */
const WATCHING_PEOPLE = 8;
/** Beside the seeds of those who make the load. */
const WATCHER_SEED = 4_000;

export async function runChaos(options: RunOptions): Promise<RunResult> {
  const { folder, seed } = options;
  mkdirSync(folder, { recursive: true });
  const tenant = `chaos-${seed}`;
  const cluster = await startCluster(folder, options);
  const supervisor = startSupervisor(allSpecs(cluster), folder, createRandom(seed + 1));
  const rawLog = createRawLog(cluster.direct.brokers);
  const history = createHistory(tenant, join(folder, 'history.ndjson'));
  const api = createApiClient(cluster.gatewayPorts, await tokenOf(folder, tenant));
  const watcherTokens = await Promise.all(Array.from({ length: WATCHING_PEOPLE }, (_, person) => tokenOf(folder, tenant, `watcher-${person}`)));
  try {
    const whole = supervisor.allReady(READY_WITHIN_MS).then(() => run({ options, cluster, supervisor, rawLog, history, api, watcherTokens }));
    return await Promise.race([whole, rejectsOn(options.abort)]);
  } finally {
    await api.close();
    await supervisor.stop();
    await cluster.stop();
    await history.close();
  }
}

const rejectsOn = (abort: AbortSignal | undefined): Promise<never> =>
  new Promise((_resolve, reject) => abort?.addEventListener('abort', () => reject(abort.reason as Error), { once: true }));

/** An admin of the run's own tenant. */
export async function tokenOf(dataDir: string, tenant: string, subject = 'chaos'): Promise<string> {
  const keys = await loadDevKeys(dataDir, systemClock);
  return (await keys.sign({ tenant: tenantId(tenant), subject, roles: ['ADMIN'] })).token;
}

interface Parts {
  readonly options: RunOptions;
  readonly cluster: Cluster;
  readonly supervisor: Supervisor;
  readonly rawLog: RawLog;
  readonly history: History;
  readonly api: ApiClient;
  readonly watcherTokens: readonly string[];
}

function teamsOf({ options, cluster, history, api, watcherTokens }: Parts, world: World, stop: AbortSignal): Teams {
  const { watchers, seed } = options;
  const randomOf = (team: number) => createRandom(seed + WATCHER_SEED + team);
  return startTeams({ watchers, api, history, world, ports: cluster.gatewayPorts, tokens: watcherTokens, randomOf, stop });
}

async function run(parts: Parts): Promise<RunResult> {
  const { options, cluster, supervisor, rawLog, history, api } = parts;
  const { seed, onProgress } = options;
  const startedAtMs = performance.now();
  const loadEnd = AbortSignal.any([AbortSignal.timeout(options.loadMs), ...(options.abort ? [options.abort] : [])]);
  const answersEnd = AbortSignal.any([AbortSignal.timeout(options.loadMs + ANSWERS_WITHIN_MS), ...(options.abort ? [options.abort] : [])]);
  const sql = connect(cluster.direct.databaseUrl, { connectionsMax: 2 });
  const world = createWorld();
  const teams = teamsOf(parts, world, loadEnd);
  const progress = setInterval(() => onProgress?.(progressLine(history, startedAtMs)), PROGRESS_EVERY_MS);
  try {
    const scene = { cluster, supervisor, rawLog, random: createRandom(seed + 2), scale: options.faultScale };
    await Promise.all([
      startLoad({ ...options, api, history, rawLog, sql, world, stop: loadEnd, deadline: answersEnd }),
      runFaults(scene, { kinds: options.faults, everyMs: options.faultEveryMs }, history, loadEnd),
    ]);
    options.abort?.throwIfAborted();
    clearInterval(progress);
    onProgress?.('the load has ended; waiting until nothing moves');
    await supervisor.allReady(READY_WITHIN_MS);
    const still = await untilQuiet({ brokers: cluster.direct.brokers, sql, rawLog, roles: EVENT_ROLES, timeoutMs: options.quietTimeoutMs });
    const moving = [...(await teams.settle()), ...(still ? [] : ['records or commands still waited, or came'])];
    onProgress?.(
      moving.length === 0 ? 'quiet; holding the outcomes against the history' : 'it still moves; holding the outcomes against the history all the same',
    );
    const violations = await judge({ recorded: history, api, databaseUrl: cluster.direct.databaseUrl, rawLog });
    return {
      seed,
      accepted: history.acceptedCount(),
      perSecond: (history.acceptedCount() / options.loadMs) * 1_000,
      faults: countBy(history.faults.map(({ kind }) => kind)),
      poisons: history.poisons.length,
      reads: history.reads.length,
      told: entriesOf(history, 'told'),
      reloads: entriesOf(history, 'reload'),
      restarts: supervisor.processes.reduce((sum, one) => sum + one.restarts(), 0),
      moving,
      violations,
      history,
    };
  } catch (error) {
    history.note('the run failed', { error: String(error) });
    throw error;
  } finally {
    clearInterval(progress);
    await teams.end();
    await sql.end({ timeout: 5 });
  }
}

const entriesOf = ({ follows }: History, what: string): number =>
  follows.reduce((sum, { entries }) => sum + entries.filter((entry) => entry.what === what).length, 0);

function progressLine(history: History, startedAtMs: number): string {
  const seconds = Math.round((performance.now() - startedAtMs) / 1_000);
  const accepted = history.acceptedCount();
  const open = history.faults.filter(({ endedAtMs }) => endedAtMs === null).map(({ kind, target }) => `${kind} ${target}`);
  const now = open.length > 0 ? `; now: ${open.join(', ')}` : '';
  return `${seconds} s: ${accepted} accepted (${Math.round(accepted / Math.max(1, seconds))}/s), ${history.faults.length} faults, ${history.poisons.length} poisons, ${history.reads.length} reads, ${entriesOf(history, 'told')} results to watchers${now}`;
}

function countBy(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
