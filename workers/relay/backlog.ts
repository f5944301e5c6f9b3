/** How far the relay is behind, looked up now and then for the health page. */
import { LANES, type Lane } from '../../domain/messages.ts';
import type { Position } from '../../platform/event-store/event-store.ts';
import { createLoop, type Loop } from '../kit/loop.ts';
import type { WorkerPorts } from '../kit/role.ts';
import { RELAY, type LaneRelay } from './lane.ts';

const LOOK_EVERY_MS = 2_000;

/** What it shows: of each lane the age of the oldest event that is not relayed (since its command was issued), and how long a running transaction has held readers back. */
export type BacklogFacts = Readonly<Record<`${Lane}_oldest_unrelayed_ms` | 'held_back_ms', number>>;
const NOTHING: BacklogFacts = { hot_oldest_unrelayed_ms: 0, warm_oldest_unrelayed_ms: 0, cold_oldest_unrelayed_ms: 0, held_back_ms: 0 };

function positionsOf(lanes: ReadonlyMap<Lane, LaneRelay>): Record<Lane, Position> | null {
  const [hot, warm, cold] = LANES.map((lane) => lanes.get(lane)?.position() ?? null);
  return hot == null || warm == null || cold == null ? null : { hot, warm, cold };
}

/** Nothing but zeros while another process leads. */
export function watchBacklog(
  ports: Pick<WorkerPorts, 'eventStore' | 'clock' | 'logger'>,
  lanes: ReadonlyMap<Lane, LaneRelay>,
): Loop & { facts(): BacklogFacts } {
  let facts = NOTHING;
  const loop = createLoop(ports.logger, `${RELAY}: backlog`, async () => {
    const positions = positionsOf(lanes);
    if (positions === null) {
      facts = NOTHING;
      return { pauseMs: LOOK_EVERY_MS };
    }
    const { oldestAt, heldBackMs } = await ports.eventStore.readBacklog(positions);
    const nowMs = ports.clock.now().getTime();
    const age = (lane: Lane): number => (oldestAt[lane] === null ? 0 : Math.max(0, nowMs - Date.parse(oldestAt[lane])));
    facts = {
      hot_oldest_unrelayed_ms: age('hot'),
      warm_oldest_unrelayed_ms: age('warm'),
      cold_oldest_unrelayed_ms: age('cold'),
      held_back_ms: Math.round(heldBackMs),
    };
    return { pauseMs: LOOK_EVERY_MS };
  });
  return { facts: () => facts, health: () => loop.health(), stop: () => loop.stop() };
}
