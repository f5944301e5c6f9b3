/** What a command on a property comes to. */
import { amount, checkFields, line, list, number, oneOf, optional, orNull, point, text, time, type Checks } from '../checks.ts';
import type { Decision, DecisionContext } from '../decision.ts';
import { applied, invalid, notFound, versionConflict } from '../decisions.ts';
import { jsonEqual } from '../json-equal.ts';
import { LIMITS } from '../limits.ts';
import { Problem } from '../problem.ts';
import type { PropertyCommand, PropertyEvent, UpsertProperty, WithdrawProperty } from './messages.ts';
import { PROPERTY_STATUSES, type Property, type PropertyDetails } from './property.ts';

const DETAILS: Checks<PropertyDetails> = {
  externalId: line(LIMITS.externalIdLength),
  status: oneOf(PROPERTY_STATUSES),
  priceMinor: number(1, LIMITS.moneyMinor),
  bedrooms: number(0, LIMITS.rooms),
  bathrooms: number(0, LIMITS.rooms, 0.25),
  squareFeet: number(0, LIMITS.squareFeet),
  lotSquareFeet: optional(number(0, LIMITS.squareFeet * 100)),
  floors: optional(amount(0, 200)),
  condition: optional(line(LIMITS.nameLength)),
  yearBuilt: optional(number(1000, 2200)),
  propertyType: line(LIMITS.nameLength),
  address: optional(line(LIMITS.addressLength)),
  city: optional(line(LIMITS.nameLength)),
  neighbourhood: optional(line(LIMITS.nameLength)),
  zip: line(20),
  point: optional(point),
  features: list(line(LIMITS.listItemLength), LIMITS.listItems),
  listedAt: time,
};
const REQUIRED = ['externalId', 'status', 'priceMinor', 'bedrooms', 'bathrooms', 'squareFeet', 'propertyType', 'zip', 'features', 'listedAt'] as const;

/** The listing in our form, or the first problem with it. */
export function normalizeDetails(details: PropertyDetails): PropertyDetails | Problem {
  const checked = checkFields(details, DETAILS);
  if (checked instanceof Problem) return checked;
  const missing = REQUIRED.find((field) => checked[field] === undefined);
  return missing === undefined ? checked : new Problem(missing, 'is missing');
}

export function decideProperty(command: PropertyCommand, property: Property | null, context: DecisionContext): Decision<PropertyEvent> {
  const conflict = versionConflict(context, command.propertyId, property?.version ?? 0);
  if (command.type === 'UpsertProperty') return conflict ?? decideUpsert(command, property);
  return property === null ? notFound(command.propertyId) : (conflict ?? decideWithdraw(command, property));
}

function decideUpsert(command: UpsertProperty, property: Property | null): Decision<PropertyEvent> {
  const details = normalizeDetails(command.details);
  if (details instanceof Problem) return invalid(details);
  if (property === null) return applied<PropertyEvent>({ type: 'PropertyListed', details });
  const changed = (Object.keys(DETAILS) as (keyof PropertyDetails)[]).filter((key) => !jsonEqual(property[key], details[key]));
  if (changed.length === 0) return applied();
  const previous = changed.includes('priceMinor') ? { previousPriceMinor: property.priceMinor } : {};
  return applied<PropertyEvent>({ type: 'PropertyChanged', details, changed, ...previous });
}

function decideWithdraw(command: WithdrawProperty, property: Property): Decision<PropertyEvent> {
  const reason = orNull(text(LIMITS.reasonLength))(command.reason ?? null, 'reason');
  if (reason instanceof Problem) return invalid(reason);
  if (property.status === 'WITHDRAWN') return applied();
  return applied<PropertyEvent>({ type: 'PropertyWithdrawn', ...(reason === null ? {} : { reason }) });
}
