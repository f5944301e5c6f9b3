/**
 * What GoHighLevel tells us, read from the shapes that it really sends: an inbound message flat (the marketplace's `InboundMessage`, a workflow's `TYPE_SMS`)
 * or nested under `message` and `contact`; a contact that was created or updated, or got a tag.
 */
import * as z from 'zod';
import { parseTime } from '../../domain/time.ts';

const text = z.string().trim().max(10_000);
const id = z.string().trim().min(1).max(200);
const tags = z.union([z.array(text), text.transform((list) => list.split(','))]).transform((list) => list.map((tag) => tag.trim()).filter(Boolean));

const contactFields = {
  firstName: text.optional(),
  lastName: text.optional(),
  first_name: text.optional(),
  last_name: text.optional(),
  email: text.nullish(),
  phone: text.nullish(),
  source: text.nullish(),
  tags: tags.optional(),
};
const contact = z.looseObject({ id: id.optional(), contactId: id.optional(), ...contactFields });
const message = z.looseObject({ type: z.union([text, z.number()]).optional(), body: text.optional(), direction: text.optional() });

const payload = z.looseObject({
  type: z.string(),
  locationId: id,
  id: id.optional(),
  contactId: id.optional(),
  contact: contact.optional(),
  message: z.union([message, text]).optional(),
  body: text.optional(),
  direction: text.optional(),
  messageType: text.optional(),
  messageTypeString: text.optional(),
  messageId: id.optional(),
  webhookId: id.optional(),
  dateAdded: text.optional(),
  timestamp: text.optional(),
  tag: text.optional(),
  ...contactFields,
});
type Payload = z.output<typeof payload>;

export interface CrmContact {
  readonly externalId: string;
  readonly firstName?: string | undefined;
  readonly lastName?: string | undefined;
  readonly email?: string | undefined;
  readonly phone?: string | undefined;
  readonly source?: string | undefined;
  readonly tags: readonly string[];
}

interface Told {
  readonly location: string;
  readonly contact: CrmContact;
  readonly at: string | undefined;
  /** The CRM's own id of what happened: told again, it is the same. Not every shape has one. */
  readonly cause: string | undefined;
}
export type CrmEvent =
  | (Told & { readonly kind: 'CONTACT' })
  | (Told & { readonly kind: 'MESSAGE'; readonly text: string; readonly channel: string })
  /** Nothing that a lead's work follows from. */
  | { readonly kind: 'IGNORED'; readonly location: string; readonly why: string };

/** The body is none of the shapes; the message says what is missing. */
export class CrmPayloadError extends Error {
  override readonly name = 'CrmPayloadError';
}

/** `InboundMessage`, `inbound_message`, `contact.created`: the same word in different clothes. */
const plain = (type: string): string => type.toLowerCase().replaceAll(/[^a-z]/g, '');
const CONTACT_TYPES = new Set([
  'contactcreate',
  'contactcreated',
  'contactupdate',
  'contactupdated',
  'contacttagupdate',
  'contacttagupdated',
  'contacttagadded',
  'tagadded',
]);
const isMessageType = (type: string): boolean => plain(type) === 'inboundmessage' || type.toUpperCase().startsWith('TYPE_');

function toContact(body: Payload): CrmContact {
  const nested = body.contact;
  const externalId = body.contactId ?? nested?.contactId ?? nested?.id ?? body.id;
  if (externalId === undefined) throw new CrmPayloadError('contactId: the id of the contact is missing');
  const source = { ...body, ...nested };
  const extra = body.tag === undefined ? [] : [body.tag];
  return {
    externalId,
    firstName: source.firstName || source.first_name || undefined,
    lastName: source.lastName || source.last_name || undefined,
    email: source.email || undefined,
    phone: source.phone || undefined,
    source: source.source || undefined,
    tags: [...(source.tags ?? []), ...extra],
  };
}

const channelOf = (name: string): string => name.toUpperCase().replace(/^TYPE_/, '') || 'SMS';

function toMessage(body: Payload): CrmEvent {
  const nested = typeof body.message === 'object' ? body.message : undefined;
  const direction = (nested?.direction ?? body.direction ?? 'inbound').toLowerCase();
  if (direction !== 'inbound') return { kind: 'IGNORED', location: body.locationId, why: `a message that is ${direction}` };
  const words = nested?.body ?? (typeof body.message === 'string' ? body.message : undefined) ?? body.body;
  if (words === undefined) throw new CrmPayloadError('body: the text of the message is missing');
  if (words === '') return { kind: 'IGNORED', location: body.locationId, why: 'a message without text' };
  const nestedType = typeof nested?.type === 'string' ? nested.type : undefined;
  const flatType = isMessageType(body.type) && plain(body.type) !== 'inboundmessage' ? body.type : undefined;
  const channel = channelOf(nestedType ?? body.messageType ?? body.messageTypeString ?? flatType ?? 'SMS');
  return { kind: 'MESSAGE', ...told(body), text: words, channel };
}

function toTime(body: Payload): string | undefined {
  const written = body.dateAdded ?? body.timestamp;
  if (written === undefined || Number.isNaN(Date.parse(written))) return undefined;
  // A year that the domain takes for a slip is no time either: the message itself still counts.
  return parseTime(new Date(written).toISOString()) ?? undefined;
}

const told = (body: Payload): Told => ({ location: body.locationId, contact: toContact(body), at: toTime(body), cause: body.messageId ?? body.webhookId });

/** Throws CrmPayloadError with every field that is wrong. */
export function readCrmPayload(json: unknown): CrmEvent {
  const parsed = payload.safeParse(json);
  if (!parsed.success) throw new CrmPayloadError(z.prettifyError(parsed.error));
  const body = parsed.data;
  if (isMessageType(body.type)) return toMessage(body);
  if (CONTACT_TYPES.has(plain(body.type))) return { kind: 'CONTACT', ...told(body) };
  return { kind: 'IGNORED', location: body.locationId, why: `an event of type ${body.type}` };
}
