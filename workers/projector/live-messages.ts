/** What subscribers are told of a changed stream. */
import { kindOfId } from '../../domain/ids.ts';
import type { LiveMessage } from '../../platform/live-bus/live-bus.ts';
import { isLead } from '../../domain/aggregate.ts';
import type { StreamChange } from './fold-batch.ts';

type ScoreNews = NonNullable<LiveMessage['score']>;

function scoreNews({ before, events }: StreamChange): ScoreNews | undefined {
  const scored = events.flatMap(({ event, version }) => (event.type === 'LeadScored' && version > (before?.version ?? 0) ? [event] : []));
  const [first, last] = [scored[0], scored.at(-1)];
  if (!first || !last) return undefined;
  return { value: last.score.value, tier: last.score.tier, source: last.score.source, previous: first.previous?.value, previousTier: first.previous?.tier };
}

function alerts({ events }: StreamChange): LiveMessage['alerts'] {
  const raised = events.flatMap(({ event }) =>
    event.type === 'AlertRaised' ? [{ propertyId: event.propertyId, score: event.score, message: event.message }] : [],
  );
  return raised.length > 0 ? raised : undefined;
}

/** One message for all that the batch changed of a stream; null where everything was projected before. */
export function liveMessage(change: StreamChange): LiveMessage | null {
  const { before, after } = change;
  const fresh = change.events.filter(({ version }) => version > (before?.version ?? 0));
  const kind = kindOfId(after.id);
  if (fresh.length === 0 || kind === null) return null;
  const events = fresh.map(({ event }) => event.type);
  const common = { tenant: after.tenant, kind, id: after.id, version: after.version, at: after.updatedAt, events };
  if (!isLead(after)) return common;
  return {
    ...common,
    lead: { tier: after.score?.tier, stage: after.stage, agentId: after.agentId },
    score: scoreNews(change),
    alerts: alerts({ ...change, events: fresh }),
  };
}
