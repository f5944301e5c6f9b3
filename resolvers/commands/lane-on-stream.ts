/** Which lane a command on something that is there takes. Lanes change when, never what: what cannot be known is no reason to wait. */
import type { StreamId } from '../../domain/ids.ts';
import { commandLane } from '../../domain/lanes.ts';
import type { Lead } from '../../domain/lead/lead.ts';
import type { Command, CommandReceipt, Lane } from '../../domain/messages.ts';
import { creationOf } from '../../domain/stream-ids.ts';
import type { ReadStart } from '../../platform/cache/near-views.ts';
import { viewTag } from '../../platform/cache/view-tags.ts';
import type { StoredView } from '../../platform/read-models/read-models.ts';
import type { RequestContext } from '../context.ts';
import { viewOf } from '../view-of.ts';
import { within } from '../within.ts';

type CommandType = Command['type'];

/** By the lead's tier, as far as the read models know it: what cannot be read is taken for new. */
export async function laneOnStream(context: RequestContext, type: CommandType, streamId: StreamId): Promise<Lane> {
  const { identity, ports, requestId, shared } = context;
  const { tenant } = identity;
  const asNew = commandLane({ type, bulk: false });
  const creation = creationOf(streamId);
  if (creation === null) return asNew;
  const near = shared.near.view(viewTag({ tenant, kind: 'lead', id: streamId }));
  if (near !== undefined) return laneOf(type, near.value.view as Lead);
  const since = shared.near.now();
  try {
    const refs = [
      { tenant, kind: 'lead', id: streamId },
      { tenant, kind: 'command', id: creation },
    ] as const;
    const [view, receipt] = await within(shared.timing.lookupMs, ports.readModels.get(refs));
    if (view != null) return laneOf(type, keptLead(context, streamId, view, since));
    // Not there yet, but on its way: in the same lane, under the same key, it cannot be overtaken.
    const { status, lane } = receipt == null ? {} : (JSON.parse(receipt.doc) as Partial<CommandReceipt>);
    return status === 'ACCEPTED' && lane !== undefined ? lane : asNew;
  } catch (error) {
    ports.logger.warn({ requestId, error: String(error) }, "a lead's tier could not be read; its command goes into the hot lane");
    return asNew;
  }
}

const laneOf = (type: CommandType, { score }: Lead): Lane => commandLane({ type, tier: score?.tier, bulk: false });

/** Commands on one lead come in crowds: the next one finds it in memory. `since`: from before the read. */
function keptLead({ identity, reads, shared }: RequestContext, id: StreamId, stored: StoredView, since: ReadStart): Lead {
  const ref = { tenant: identity.tenant, kind: 'lead', id } as const;
  const lead = viewOf<Lead>(shared.near, ref, stored);
  if (reads.found('lead', id, stored.version)) shared.near.keepView(ref, { version: stored.version, view: lead }, stored.doc.length, since);
  return lead;
}
