/** What a batch of events means for matches: leads to match anew, lists to check, homes that changed. */
import { kindOfId, type LeadId, type PropertyId, type TenantId } from '../../domain/ids.ts';
import type { LeadEvent } from '../../domain/lead/events.ts';
import type { Lane, RecordedEvent, Trace } from '../../domain/messages.ts';
import type { PropertyMatch } from '../../domain/matching/property-match.ts';
import type { PropertyEvent } from '../../domain/property/messages.ts';
import { streamKey } from '../../platform/event-store/event-store.ts';

export interface LeadToMatch {
  readonly tenant: TenantId;
  readonly streamId: LeadId;
  readonly lane: Lane;
  readonly version: number;
  readonly trace?: Trace | undefined;
  /** The list that was recorded: it is only to be checked. Absent: the lead asks for a new one. */
  readonly recorded?: readonly PropertyMatch[] | undefined;
}

export interface PropertyChange {
  readonly tenant: TenantId;
  readonly id: PropertyId;
  readonly version: number;
  readonly lane: Lane;
  readonly trace?: Trace | undefined;
  /** True where it may now suit leads that it did not suit before; else only those that have it are concerned. */
  readonly mayEnter: boolean;
}

const isProperty = (recorded: RecordedEvent): recorded is RecordedEvent<PropertyEvent> => kindOfId(recorded.streamId) === 'property';
const isLead = (recorded: RecordedEvent): recorded is RecordedEvent<LeadEvent> => kindOfId(recorded.streamId) === 'lead';

export const propertyEvents = (events: readonly RecordedEvent[]): RecordedEvent<PropertyEvent>[] => events.filter(isProperty);

/** True where what the lead wants changed, or what it must not be offered. */
function changesWishes(event: LeadEvent): boolean {
  switch (event.type) {
    case 'LeadCreated':
    case 'MatchingRequested':
      return true;
    case 'LeadUpdated':
      return event.changes.preferences !== undefined || event.changes.intent !== undefined;
    case 'InteractionRecorded':
      return event.interaction.kind === 'PROPERTY_PASSED';
    default:
      return false;
  }
}

/** Each lead once, with its newest reason; a reason to match anew outweighs one to check. */
export function leadsToMatch(events: readonly RecordedEvent[]): LeadToMatch[] {
  const leads = new Map<string, LeadToMatch>();
  for (const recorded of events.filter(isLead)) {
    const { tenant, version, lane, trace, event } = recorded;
    const streamId = recorded.streamId as LeadId;
    const key = streamKey(recorded);
    const asks = changesWishes(event);
    if (!asks && event.type !== 'PropertiesMatched') continue;
    const earlier = leads.get(key);
    const mustMatch = asks || (earlier !== undefined && earlier.recorded === undefined);
    leads.set(key, { tenant, streamId, lane, version, trace, ...(mustMatch || event.type !== 'PropertiesMatched' ? {} : { recorded: event.matches }) });
  }
  return [...leads.values()];
}

/** A home that got dearer, or left the market, enters no list. */
function mayEnter(event: PropertyEvent): boolean {
  if (event.type === 'PropertyWithdrawn' || event.details.status !== 'ACTIVE') return false;
  if (event.type === 'PropertyListed') return true;
  const { details, changed, previousPriceMinor } = event;
  const onlyPrice = changed.length === 1 && changed[0] === 'priceMinor';
  return !onlyPrice || previousPriceMinor === undefined || previousPriceMinor > details.priceMinor;
}

/** Each home that changed once, as of its newest event; by tenant. */
export function propertyChanges(events: readonly RecordedEvent[]): Map<TenantId, PropertyChange[]> {
  const newest = new Map<string, PropertyChange>();
  for (const recorded of propertyEvents(events)) {
    const { tenant, version, lane, trace, event } = recorded;
    const key = streamKey(recorded);
    newest.set(key, { tenant, id: recorded.streamId as PropertyId, version, lane, trace, mayEnter: mayEnter(event) || (newest.get(key)?.mayEnter ?? false) });
  }
  return Map.groupBy(newest.values(), ({ tenant }) => tenant);
}
