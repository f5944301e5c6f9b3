/** A live bus that is loaded when somebody first needs it: most isolates never follow news. Edge safe. */
import type { LiveBus } from './live-bus.ts';

export function createLateLiveBus(load: () => Promise<LiveBus>): LiveBus {
  let loading: Promise<LiveBus> | undefined;
  const bus = (): Promise<LiveBus> =>
    (loading ??= load().catch((error: unknown) => {
      loading = undefined; // The next one tries again.
      throw error;
    }));
  return {
    publish: async (messages) => (await bus()).publish(messages),
    subscribe: async (...listeners) => (await bus()).subscribe(...listeners),
    since: async (...page) => (await bus()).since(...page),
    latest: async (tenant) => (await bus()).latest(tenant),
    check: async () => (await bus()).check(),
    close: async () => (await loading)?.close(),
  };
}
