/**
 * Commands that changed nothing: no event of theirs will ever come to the projector, which says VISIBLE of the others. What they found may not be in
 * its view yet, so this looks until it is. What is given up here (too many, too long, a process that ends) readers of the receipt find out themselves.
 */
import { kindOfId } from '../../domain/ids.ts';
import type { CommandReceipt } from '../../domain/messages.ts';
import { receiptVisible } from '../../domain/views/receipts.ts';
import { commandKey } from '../../platform/event-store/event-store.ts';
import { createWakeUp } from '../../platform/event-store/wake-up.ts';
import type { ViewRef } from '../../platform/read-models/read-models.ts';
import { createLoop, type Loop } from '../kit/loop.ts';
import type { WorkerPorts } from '../kit/role.ts';
import { tellCallers } from './tell-callers.ts';

const LOOK_EVERY_MS = 25;
const IDLE_MS = 60_000;
/** The projector is behind for longer than this only where something is wrong. */
const PATIENCE_MS = 10_000;
const WAITING_MAX = 10_000;
const LOOK_AT_MAX = 500;

type Ports = Pick<WorkerPorts, 'readModels' | 'liveBus' | 'clock' | 'logger'>;

export interface Unchanged extends Loop {
  /** To be told of every outcome that callers were told of. */
  watch(outcomes: readonly CommandReceipt[]): void;
}

interface Waiting {
  readonly receipt: CommandReceipt;
  readonly ref: ViewRef;
  readonly sinceMs: number;
}

function refOf({ tenant, streamId }: CommandReceipt): ViewRef | null {
  const kind = kindOfId(streamId);
  return kind === null || kind === 'command' ? null : { tenant, kind, id: streamId };
}

export function createUnchanged(ports: Ports): Unchanged {
  const waiting = new Map<string, Waiting>();
  const wakeUp = createWakeUp();

  async function look(): Promise<void> {
    const some = [...waiting].slice(0, LOOK_AT_MAX);
    const views = await ports.readModels.get(some.map(([, { ref }]) => ref));
    const shown = some.filter(([, { receipt }], at) => (views[at]?.version ?? 0) >= (receipt.version ?? 0));
    const visibleAt = ports.clock.now().toISOString();
    await tellCallers(
      ports,
      shown.map(([, { receipt }]) => receiptVisible(receipt, visibleAt)),
    );
    for (const [key] of shown) waiting.delete(key);
    for (const [key, { sinceMs }] of some) if (performance.now() - sinceMs > PATIENCE_MS) waiting.delete(key);
  }

  const loop = createLoop(ports.logger, 'unchanged', async (signal) => {
    wakeUp.beginLooking();
    if (waiting.size > 0) await look();
    if (waiting.size > 0) return { pauseMs: LOOK_EVERY_MS };
    await wakeUp.wait(IDLE_MS, signal);
    return { pauseMs: 0 };
  });
  return {
    ...loop,
    watch(outcomes) {
      for (const receipt of outcomes) {
        const ref = receipt.unchanged === true && receipt.status === 'APPLIED' ? refOf(receipt) : null;
        if (ref !== null && waiting.size < WAITING_MAX) waiting.set(commandKey(receipt), { receipt, ref, sinceMs: performance.now() });
      }
      if (waiting.size > 0) wakeUp.ring();
    },
  };
}
