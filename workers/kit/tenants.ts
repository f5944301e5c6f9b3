/** Which tenants there are, from the write model: it is the one place that knows them all, also after a restart with empty views. */
import type { TenantId } from '../../domain/ids.ts';
import type { EventStore } from '../../platform/event-store/event-store.ts';

/** Streams are listed by tenant, then by id: behind every id of ours (`agent_…`, `lead_…`, `prop_…`) stands this one. */
const LAST_STREAM = 'zzz';

/** One small question for each tenant, however many streams it has. */
export async function listTenants(eventStore: Pick<EventStore, 'listStreams'>, signal: AbortSignal): Promise<TenantId[]> {
  const tenants: TenantId[] = [];
  for (let after = ''; !signal.aborted;) {
    const [next] = await eventStore.listStreams(after, 1);
    if (!next) break;
    tenants.push(next.tenant);
    after = `${next.tenant}:${LAST_STREAM}`;
  }
  return tenants;
}
