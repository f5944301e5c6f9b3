/** What a gateway process works with: the ports, and how long it waits. */
import type { SharedAnswers } from '../platform/cache/shared-answers.ts';
import type { Clock } from '../platform/clock.ts';
import type { LiveBus } from '../platform/live-bus/live-bus.ts';
import type { Log } from '../platform/log/log.ts';
import type { Origin } from '../platform/origin/origin.ts';
import type { ReadModels } from '../platform/read-models/read-models.ts';
import type { ViewLeases } from '../platform/read-models/view-leases.ts';
import type { Insights } from '../platform/scoring/insights.ts';
import type { Logger } from '../platform/telemetry/logger.ts';

/** The ports of a gateway process; made once, in gateway/compose.ts. */
export interface GatewayPorts {
  readonly log: Pick<Log, 'append' | 'check'>;
  readonly readModels: ReadModels;
  readonly liveBus: LiveBus;
  readonly origin: Origin;
  /** Absent: there is no AI that could be asked. */
  readonly insights?: Insights | undefined;
  /** Absent where all who share the read models are in this process: they join one another's computations anyway. */
  readonly viewLeases?: ViewLeases | undefined;
  /** Finished answers, shared by all gateways over the same read models; absent: there are none. */
  readonly answers?: SharedAnswers | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Signs consistency tokens; the same on every gateway. */
  readonly tokenSecret: string;
}

/** How long answers are held back at the most. */
export interface Timing {
  /** Taking a command in: until the log has it, or the caller is told that it was not taken. */
  readonly acceptanceMs: number;
  /** One look at the read models on that way, for what can be done without: the lane, an earlier receipt. */
  readonly lookupMs: number;
  /** `wait: APPLIED | VISIBLE` of a mutation. */
  readonly commandWaitMs: number;
  /** Between two looks at a receipt while waiting; news on the live feed come sooner. */
  readonly receiptPollMs: number;
  /** `atLeast`: for a view to reach the version that a token asks for. */
  readonly versionWaitMs: number;
  /** For a read, where something that was read before can stand for it. */
  readonly staleWaitMs: number;
}

/** Two seconds are promised for acceptance, HTTP and a busy machine included. */
export const DEFAULT_TIMING: Timing = {
  acceptanceMs: 1_700,
  lookupMs: 500,
  commandWaitMs: 5_000,
  receiptPollMs: 250,
  versionWaitMs: 2_000,
  staleWaitMs: 1_000,
};
