/** One tenant's homes on the market, in memory. A home never goes back to an older version, whichever way the news came. */
import type { PropertyId } from '../../domain/ids.ts';
import type { RecordedEvent } from '../../domain/messages.ts';
import type { PropertyEvent } from '../../domain/property/messages.ts';
import type { Property } from '../../domain/property/property.ts';

export interface Catalogue {
  /** Takes what is newer than what is known; a home that is not ACTIVE is kept by its version only. */
  apply(property: Property): void;
  /** The same from an event of the home. */
  applyEvent(recorded: RecordedEvent<PropertyEvent>): void;
  get(id: PropertyId): Property | null;
  versionOf(id: PropertyId): number;
  /** Every home that can be offered, in no order. */
  active(): Iterable<Property>;
  readonly size: number;
}

/** What the event alone tells of the home; null where it is off the market. */
function propertyOf(recorded: RecordedEvent<PropertyEvent>): Property | null {
  const { event, tenant, streamId, version, at } = recorded;
  if (event.type === 'PropertyWithdrawn') return null;
  return { ...event.details, tenant, id: streamId as PropertyId, version, createdAt: at, updatedAt: at };
}

export function createCatalogue(): Catalogue {
  const versions = new Map<PropertyId, number>();
  const active = new Map<PropertyId, Property>();

  function take(id: PropertyId, version: number, property: Property | null): void {
    if (version <= (versions.get(id) ?? 0)) return;
    versions.set(id, version);
    if (property?.status === 'ACTIVE') active.set(id, property);
    else active.delete(id);
  }

  return {
    apply: (property) => take(property.id, property.version, property),
    applyEvent: (recorded) => take(recorded.streamId as PropertyId, recorded.version, propertyOf(recorded)),
    get: (id) => active.get(id) ?? null,
    versionOf: (id) => versions.get(id) ?? 0,
    active: () => active.values(),
    get size() {
      return active.size;
    },
  };
}
