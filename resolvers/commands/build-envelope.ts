/** From what was asked to the envelope that goes into the log. Throws ApiError (BAD_USER_INPUT). */
import type { CommandId, TenantId } from '../../domain/ids.ts';
import { commandLane } from '../../domain/lanes.ts';
import type { CommandEnvelope } from '../../domain/messages.ts';
import { digest, keyedCommandId, newId } from '../../platform/messages/new-id.ts';
import type { RequestContext } from '../context.ts';
import { badInput } from '../errors.ts';
import { canonicalJson } from './canonical-json.ts';
import { laneOnStream } from './lane-on-stream.ts';
import type { CommandDefinition, CommandOptions } from './command.ts';

const KEY_LENGTH_MAX = 200;

export interface EnvelopeOptions extends Pick<CommandOptions, 'idempotencyKey' | 'expectedVersion'> {
  /** One of many: it travels in the cold lane. */
  readonly bulk?: boolean | undefined;
}

export async function buildEnvelope<Input>(
  context: RequestContext,
  definition: CommandDefinition<Input>,
  input: Input,
  { idempotencyKey, expectedVersion, bulk = false }: EnvelopeOptions,
): Promise<CommandEnvelope> {
  const { identity, ports, traceparent } = context;
  const { tenant } = identity;
  if (expectedVersion != null && expectedVersion < 0) throw badInput('expectedVersion is a version: 0 or more', 'expectedVersion');
  const issuedAt = ports.clock.now().toISOString();
  const id = idempotencyKey == null ? newId('command', ports.clock.now().getTime()) : await keyedIdOf(identity.tenant, idempotencyKey);
  const { streamId, command } = await definition.prepare(input, { context, tenant, commandId: id, now: issuedAt });
  // Of what was asked, not of what was made of it: a repeat has another time, and finds other prices. Nobody can ask again for an id that was made here.
  const asked = { type: definition.type, input, expectedVersion: expectedVersion ?? null };
  const fingerprint = idempotencyKey == null ? id : await digest(canonicalJson(asked));
  const isNew = definition.type === 'CreateLead';
  return {
    schema: 1,
    id,
    tenant,
    streamId,
    actor: { id: identity.subject, roles: identity.roles },
    lane: bulk || isNew ? commandLane({ type: definition.type, bulk }) : await laneOnStream(context, definition.type, streamId),
    issuedAt,
    fingerprint,
    expectedVersion: expectedVersion ?? undefined,
    trace: traceparent === undefined ? undefined : { traceparent },
    command,
  };
}

async function keyedIdOf(tenant: TenantId, key: string): Promise<CommandId> {
  checkKey(key);
  // Workers decide ids by keys, too: a client must not be able to name theirs.
  return keyedCommandId(tenant, `client:${key}`);
}

/** Throws ApiError (BAD_USER_INPUT) where the text cannot be an idempotency key. */
export function checkKey(key: string): void {
  if (key.trim() === '' || key.length > KEY_LENGTH_MAX) throw badInput(`an idempotency key has 1 to ${KEY_LENGTH_MAX} characters`, 'idempotencyKey');
  // As bytes, all halves of characters are one: different keys would become the same command.
  if (!key.isWellFormed()) throw badInput('an idempotency key holds whole characters only', 'idempotencyKey');
}
