/** What subscribers are told of a changed stream. */
import { isLead } from '../../domain/aggregate.ts';
import { kindOfId } from '../../domain/ids.ts';
import type { RecordedEvent } from '../../domain/messages.ts';
import { indexChange } from '../../domain/views/index-change.ts';
import type { LiveMessage } from '../../platform/live-bus/live-bus.ts';
import { indexOf } from '../../platform/read-models/view-put.ts';
import { isErased } from './entries.ts';
import type { StreamChange } from './fold-batch.ts';

type ScoreNews = NonNullable<LiveMessage['score']>;

function scoreNews(events: readonly RecordedEvent[]): ScoreNews | undefined {
  const scored = events.flatMap(({ event }) => (event.type === 'LeadScored' ? [event] : []));
  const [first, last] = [scored[0], scored.at(-1)];
  if (!first || !last) return undefined;
  return { value: last.score.value, tier: last.score.tier, source: last.score.source, previous: first.previous?.value, previousTier: first.previous?.tier };
}

function alerts(events: readonly RecordedEvent[]): LiveMessage['alerts'] {
  const raised = events.flatMap(({ event }) =>
    event.type === 'AlertRaised' ? [{ propertyId: event.propertyId, score: event.score, message: event.message }] : [],
  );
  return raised.length > 0 ? raised : undefined;
}

/** Absent where the state before is not known: the change can touch any list then. */
const listsTouched = ({ before, after }: StreamChange): LiveMessage['lists'] =>
  before === undefined ? undefined : indexChange(before === null ? null : indexOf(before), indexOf(after));

/** One message for all that the batch changed of a stream; null where all of it was told before. Of an erased lead only that it changed. */
export function liveMessage(change: StreamChange, isNew: (event: RecordedEvent) => boolean): LiveMessage | null {
  const { after } = change;
  const fresh = change.events.filter(isNew);
  const kind = kindOfId(after.id);
  if (fresh.length === 0 || kind === null) return null;
  const common = {
    tenant: after.tenant,
    kind,
    id: after.id,
    version: after.version,
    at: after.updatedAt,
    events: fresh.map(({ event }) => event.type),
    lists: listsTouched(change),
  };
  if (!isLead(after)) return common;
  const lead = { tier: after.score?.tier, stage: after.stage, agentId: after.agentId };
  return isErased(change) ? { ...common, lead } : { ...common, lead, score: scoreNews(fresh), alerts: alerts(fresh) };
}
