/** How facts make a property. */
import { isId } from '../ids.ts';
import type { RecordedEvent } from '../messages.ts';
import { unknownFact } from '../unknown-fact.ts';
import type { PropertyEvent } from './messages.ts';
import type { Property, PropertyDetails } from './property.ts';

/** The property after one more fact. Throws a TypeError where the record belongs to no property, or begins in the middle. */
export function evolveProperty(property: Property | null, recorded: RecordedEvent<PropertyEvent>): Property {
  const { event, at, version } = recorded;
  const moved = { version, updatedAt: at };
  switch (event.type) {
    case 'PropertyListed':
      return { ...headOf(recorded), ...event.details, ...moved, ...withdrawal(null, event.details, at) };
    case 'PropertyChanged': {
      const was = existing(property, recorded);
      const previousPriceMinor = event.previousPriceMinor ?? was.previousPriceMinor;
      return {
        ...headOf(recorded),
        createdAt: was.createdAt,
        ...event.details,
        ...moved,
        ...(previousPriceMinor === undefined ? {} : { previousPriceMinor }),
        ...withdrawal(was, event.details, at),
      };
    }
    case 'PropertyWithdrawn':
      return { ...existing(property, recorded), ...moved, status: 'WITHDRAWN', withdrawnAt: at, withdrawnReason: event.reason };
    default:
      throw unknownFact(recorded.id, event satisfies never);
  }
}

function headOf({ tenant, streamId, at }: RecordedEvent): Pick<Property, 'tenant' | 'id' | 'createdAt'> {
  if (!isId('property', streamId)) throw new TypeError(`${streamId} is not the stream of a property`);
  return { tenant, id: streamId, createdAt: at };
}

function existing(property: Property | null, { id }: RecordedEvent): Property {
  if (property === null) throw new TypeError(`${id} changes a property that was never listed`);
  return property;
}

/** A listing may say itself that it is withdrawn; one that is back on the market is no longer. */
function withdrawal(was: Property | null, details: PropertyDetails, at: string): Pick<Property, 'withdrawnAt' | 'withdrawnReason'> {
  if (details.status !== 'WITHDRAWN') return {};
  return { withdrawnAt: was?.withdrawnAt ?? at, withdrawnReason: was?.withdrawnReason };
}
