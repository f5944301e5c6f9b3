/** Which leads a batch of events asks to be scored: each once, however much happened to it. */
import type { LeadId, TenantId } from '../../domain/ids.ts';
import type { DomainEvent, Lane, RecordedEvent, Trace } from '../../domain/messages.ts';
import { streamKey } from '../../platform/event-store/event-store.ts';

export interface LeadToScore {
  readonly tenant: TenantId;
  readonly streamId: LeadId;
  readonly lane: Lane;
  /** Of the newest event that asks for it. */
  readonly version: number;
  readonly trace?: Trace | undefined;
}

const TRIGGERS: ReadonlySet<DomainEvent['type']> = new Set(['LeadCreated', 'LeadUpdated', 'InteractionRecorded', 'ScoringRequested']);

export function leadsToScore(events: readonly RecordedEvent[]): LeadToScore[] {
  const newest = new Map<string, LeadToScore>();
  for (const { tenant, streamId, lane, version, trace, event } of events) {
    if (!TRIGGERS.has(event.type)) continue;
    const key = streamKey({ tenant, streamId });
    if ((newest.get(key)?.version ?? 0) < version) newest.set(key, { tenant, streamId: streamId as LeadId, lane, version, trace });
  }
  return [...newest.values()];
}
