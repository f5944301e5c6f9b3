import type { LiveBus } from '../../platform/live-bus/live-bus.ts';
import { createMemoryLiveBus } from '../../platform/live-bus/memory-live-bus.ts';
import { ACME } from './brokerage.ts';

/** A live bus that loses news of ACME when it is told to; `beforeLatest` comes between a look at where the log stands and its answer. */
export function createLosingLiveBus(beforeLatest: (lose: () => void) => void | Promise<void>): { readonly bus: LiveBus; readonly lose: () => void } {
  const memory = createMemoryLiveBus();
  let onLoss = (): void => undefined;
  const lose = (): void => onLoss();
  const bus: LiveBus = {
    ...memory,
    subscribe(onMessage, onState, onGap) {
      onLoss = () => onGap?.(ACME);
      return memory.subscribe(onMessage, onState);
    },
    async latest(tenant) {
      const cursor = await memory.latest(tenant);
      await beforeLatest(lose);
      return cursor;
    },
  };
  return { bus, lose };
}
