/** What a resolver may use: who asks, the ports, and the loaders of this request. */
import type { Role } from '../domain/agent/agent.ts';
import type { TenantId } from '../domain/ids.ts';
import type { Clock } from '../platform/clock.ts';
import type { LiveBus } from '../platform/live-bus/live-bus.ts';
import type { Log } from '../platform/log/log.ts';
import type { Origin } from '../platform/origin/origin.ts';
import type { ReadModels } from '../platform/read-models/read-models.ts';
import type { Logger } from '../platform/telemetry/logger.ts';

/** Who asks, from a verified token. */
export interface Identity {
  readonly tenant: TenantId;
  readonly subject: string;
  readonly roles: readonly Role[];
  readonly expiresAtMs: number;
}

/** The ports of a gateway process; made once, in gateway/compose.ts. */
export interface GatewayPorts {
  readonly log: Pick<Log, 'append' | 'check'>;
  readonly readModels: ReadModels;
  readonly liveBus: LiveBus;
  readonly origin: Origin;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Signs consistency tokens; the same on every gateway. */
  readonly tokenSecret: string;
}
