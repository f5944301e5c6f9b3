/** What every worker role is: something that starts over ports, says how it is, and stops cleanly. */
import type { Clock } from '../../platform/clock.ts';
import type { DeadLetters } from '../../platform/dead-letters/dead-letters.ts';
import type { EventStore } from '../../platform/event-store/event-store.ts';
import type { Leases } from '../../platform/event-store/leases.ts';
import type { LiveBus } from '../../platform/live-bus/live-bus.ts';
import type { Log } from '../../platform/log/log.ts';
import type { Generations } from '../../platform/read-models/generations.ts';
import type { ReadModels } from '../../platform/read-models/read-models.ts';
import type { Scorer } from '../../platform/scoring/scorer.ts';
import type { Logger } from '../../platform/telemetry/logger.ts';
import type { Lanes } from './lanes/lanes.ts';

export interface WorkerPorts {
  readonly log: Log;
  readonly eventStore: EventStore;
  readonly leases: Leases;
  readonly deadLetters: DeadLetters;
  readonly readModels: ReadModels;
  /** Absent where views live in this process only. */
  readonly generations?: Generations | undefined;
  readonly liveBus: LiveBus;
  readonly scorer: Scorer;
  readonly clock: Clock;
  readonly logger: Logger;
  /** What the roles of one process take turns by; startWorkers makes it. A role that is started alone makes its own. */
  readonly lanes?: Lanes | undefined;
  /** Names this process among its kind. */
  readonly instance: string;
}

export interface RoleHealth {
  readonly ok: boolean;
  /** One sentence for people. */
  readonly detail: string;
  /** What the status page shows: numbers and words. */
  readonly facts: Readonly<Record<string, string | number | boolean>>;
}

export interface RunningRole {
  /** Ends what is in flight or hands it back; takes nothing new. Safe to call twice. */
  stop(): Promise<void>;
  health(): RoleHealth;
  /** What the role answers over the process's HTTP port; null: not mine. */
  answer?(request: HttpRequest): Promise<HttpAnswer | null>;
}

export interface HttpRequest {
  readonly method: string;
  readonly path: string;
  readonly authorization: string | undefined;
  readonly body: string;
  /** Aborts where the caller goes away before it is answered. */
  readonly signal: AbortSignal;
}
export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
  readonly contentType?: string | undefined;
}

export interface Role {
  readonly name: RoleName;
  /** Resolves once the role works. */
  start(ports: WorkerPorts): Promise<RunningRole>;
}

export const ROLE_NAMES = ['command-handler', 'relay', 'projector', 'scoring', 'matching', 'analytics', 'origin'] as const;
export type RoleName = (typeof ROLE_NAMES)[number];
export const isRoleName = (name: string): name is RoleName => ROLE_NAMES.some((known) => known === name);
