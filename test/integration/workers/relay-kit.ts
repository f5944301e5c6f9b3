/** Small tools of the relay's tests: processes that stop in the middle, and what the log has of each lane. */
import { LANES, type Lane, type RecordedEvent } from '../../../domain/messages.ts';
import { eventTopic } from '../../../platform/log/topics.ts';
import type { WorkerPorts } from '../../../workers/kit/role.ts';
import type { WorkerKit } from '../../support/worker-kit.ts';

/** Short, so that tests of a take-over need not wait. */
export const TTL_MS = 400;

/** A process as SIGSTOP and SIGCONT leave it: what was sent arrives, but it neither sends nor hears anything until it goes on (never, where it was killed). */
export function stoppable(ports: WorkerPorts) {
  let goOn: PromiseWithResolvers<void> | null = null;
  const gate = async (): Promise<void> => {
    if (goOn === null) return;
    await goOn.promise;
    // It may have been stopped again by now.
    await gate();
  };
  const gated = <T extends object>(port: T): T =>
    new Proxy(port, {
      get(target, name, receiver) {
        const value: unknown = Reflect.get(target, name, receiver);
        if (typeof value !== 'function') return value;
        return async (...args: unknown[]): Promise<unknown> => {
          await gate();
          try {
            return await Promise.resolve(Reflect.apply(value, target, args));
          } finally {
            await gate();
          }
        };
      },
    });
  return {
    ports: { ...ports, leases: gated(ports.leases), log: gated(ports.log), eventStore: gated(ports.eventStore) },
    pause(): void {
      goOn ??= Promise.withResolvers<void>();
    },
    resume(): void {
      const waiting = goOn;
      goOn = null;
      waiting?.resolve();
    },
  };
}

/** The ids of the lane's events as the log has them, partition by partition; repeats left out. */
export async function firstAppearances(kit: WorkerKit, lane: Lane): Promise<Map<number, string[]>> {
  const partitions = new Map<number, Set<string>>();
  for (const { partition, value } of await kit.records(eventTopic(lane))) {
    const ids = partitions.get(partition) ?? new Set<string>();
    partitions.set(partition, ids.add((JSON.parse(value) as RecordedEvent).id));
  }
  return new Map([...partitions].map(([partition, ids]) => [partition, [...ids]]));
}

/** Every event's id, by lane, in the order of commits. */
export async function committedIds(kit: WorkerKit): Promise<Record<Lane, string[]>> {
  const rows = await kit.database.sql<{ lane: Lane; id: string }[]>`select lane, stream_id || '@' || version as id from events order by tx, position`;
  const ids: Record<Lane, string[]> = { hot: [], warm: [], cold: [] };
  for (const { lane, id } of rows) ids[lane].push(id);
  return ids;
}

/** How many different events the log has. */
export async function relayedCount(kit: WorkerKit): Promise<number> {
  const lanes = await Promise.all(LANES.map((lane) => firstAppearances(kit, lane)));
  return lanes.reduce((sum, partitions) => sum + [...partitions.values()].reduce((of, ids) => of + ids.length, 0), 0);
}
