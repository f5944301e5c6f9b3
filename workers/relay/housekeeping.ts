/** Keeps the log short: by age each minute, and at once where somebody was erased. */
import { createWakeUp } from '../../platform/event-store/wake-up.ts';
import { COMMAND_TOPICS, EVENT_TOPICS } from '../../platform/log/topics.ts';
import { createLoop, type Loop } from '../kit/loop.ts';
import { createForgetting } from './forget.ts';
import type { InFlight } from './in-flight.ts';
import { RELAY, type RelayPorts } from './lane.ts';
import type { LeaseKeeper } from './lease-keeper.ts';

const TRIM_EVERY_MS = 60_000;
/** How soon it is seen that another process found something to forget (a relay that was paused); our own rings. */
const LOOK_EVERY_MS = 5_000;
/** How often the groups are asked whether they have passed what must go. */
const FORGET_EVERY_MS = 1_000;

export interface Housekeeping extends Loop {
  /** Something is to be forgotten. */
  ring(): void;
  erasurePendingMs(): number;
}

export interface HousekeepingOptions {
  readonly ports: RelayPorts;
  /** Only its holder keeps house; that two do for a moment harms nothing. */
  readonly lease: LeaseKeeper;
  readonly pages: InFlight;
  /** What every group has finished is deleted when it is older. */
  readonly retentionMs: number;
}

export function keepHouse({ ports, lease, pages, retentionMs }: HousekeepingOptions): Housekeeping {
  const wakeUp = createWakeUp();
  const forgetting = createForgetting(ports, pages);
  let trimDueMs = 0;
  const trimByAge = async (): Promise<void> => {
    for (const { topic, groups } of [...COMMAND_TOPICS, ...EVENT_TOPICS]) await ports.log.trim(topic, groups, retentionMs);
    trimDueMs = performance.now() + TRIM_EVERY_MS;
  };
  const loop = createLoop(ports.logger, `${RELAY}: housekeeping`, async (signal) => {
    wakeUp.beginLooking();
    if (!lease.holds()) {
      await lease.untilHeld(signal);
      return { pauseMs: 0 };
    }
    const waits = await forgetting.step();
    if (performance.now() >= trimDueMs) await trimByAge();
    if (waits) return { pauseMs: FORGET_EVERY_MS };
    await wakeUp.wait(LOOK_EVERY_MS, signal);
    return { pauseMs: 0 };
  });
  return {
    ring: () => wakeUp.ring(),
    erasurePendingMs: () => forgetting.pendingMs(),
    health: () => loop.health(),
    stop: () => loop.stop(),
  };
}
