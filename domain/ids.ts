/**
 * Identifiers. All are opaque strings that carry their kind as a prefix (`lead_…`); the part behind it is
 * time-ordered unless a caller's idempotency key decided it. Brands keep one kind from standing in for another.
 */
declare const brand: unique symbol;
type Branded<B extends string> = string & { readonly [brand]: B };

/** One brokerage. Everything belongs to exactly one; nothing is ever visible across. */
export type TenantId = Branded<'TenantId'>;
export type LeadId = Branded<'LeadId'>;
export type PropertyId = Branded<'PropertyId'>;
export type AgentId = Branded<'AgentId'>;
export type CommandId = Branded<'CommandId'>;
/** What an event stream belongs to: a lead, a property or an agent. */
export type StreamId = LeadId | PropertyId | AgentId;

export const ID_PREFIXES = { lead: 'lead_', property: 'prop_', agent: 'agent_', command: 'cmd_' } as const;
export type IdKind = keyof typeof ID_PREFIXES;
interface IdOf {
  lead: LeadId;
  property: PropertyId;
  agent: AgentId;
  command: CommandId;
}

const ID_BODY = /^[A-Za-z0-9-]{1,64}$/;
/** Whole ids: asked several times for each command, and cutting the prefix off first makes a string each time. */
const ID_OF: Readonly<Record<IdKind, RegExp>> = {
  lead: /^lead_[A-Za-z0-9-]{1,64}$/,
  property: /^prop_[A-Za-z0-9-]{1,64}$/,
  agent: /^agent_[A-Za-z0-9-]{1,64}$/,
  command: /^cmd_[A-Za-z0-9-]{1,64}$/,
};
const KINDS = Object.keys(ID_PREFIXES) as IdKind[];

/** The kind that an id's prefix names, or null where it is no id of ours. */
export function kindOfId(id: string): IdKind | null {
  for (const kind of KINDS) if (ID_OF[kind].test(id)) return kind;
  return null;
}

/** True where `id` is a well-formed id of `kind`. */
export const isId = <K extends IdKind>(kind: K, id: string): id is IdOf[K] => ID_OF[kind].test(id);

/** Puts the prefix of `kind` before `body` (letters, digits and dashes, 1 to 64 of them). Throws a RangeError on anything else. */
export function makeId<K extends IdKind>(kind: K, body: string): IdOf[K] {
  if (!ID_BODY.test(body)) throw new RangeError(`an id's body is 1 to 64 letters, digits or dashes, not ${JSON.stringify(body)}`);
  return `${ID_PREFIXES[kind]}${body}` as IdOf[K];
}

/** A dead letter: `dead_` and what it is decided by, so that the same record put aside twice is one letter. */
export type DeadLetterId = Branded<'DeadLetterId'>;
const DEAD_LETTER_PREFIX = 'dead_';
export const isDeadLetterId = (id: string): id is DeadLetterId => id.startsWith(DEAD_LETTER_PREFIX) && ID_BODY.test(id.slice(DEAD_LETTER_PREFIX.length));
/** Throws a RangeError where `body` cannot be that of an id. */
export function deadLetterId(body: string): DeadLetterId {
  const id = `${DEAD_LETTER_PREFIX}${body}`;
  if (!isDeadLetterId(id)) throw new RangeError(`an id's body is 1 to 64 letters, digits or dashes, not ${JSON.stringify(body)}`);
  return id;
}

const TENANT = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;

export const isTenantId = (text: string): text is TenantId => TENANT.test(text);

/** A tenant id: 1 to 63 letters, digits, dots, dashes or underscores. Throws a RangeError on anything else (braces and colons would break keys). */
export function tenantId(text: string): TenantId {
  if (!isTenantId(text)) throw new RangeError(`a tenant is 1 to 63 letters, digits, '.', '-' or '_', not ${JSON.stringify(text)}`);
  return text;
}
