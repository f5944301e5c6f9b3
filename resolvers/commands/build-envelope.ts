/** From what was asked to the envelope that goes into the log. Throws ApiError (BAD_USER_INPUT). */
import { isId, type CommandId, type StreamId } from '../../domain/ids.ts';
import { commandLane } from '../../domain/lanes.ts';
import type { Lead } from '../../domain/lead/lead.ts';
import type { CommandEnvelope } from '../../domain/messages.ts';
import type { Tier } from '../../domain/scoring/score.ts';
import { digest, keyedCommandId, newId } from '../../platform/messages/new-id.ts';
import type { RequestContext } from '../context.ts';
import { badInput } from '../errors.ts';
import { within } from '../within.ts';
import { canonicalJson } from './canonical-json.ts';
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
  const id = await commandIdOf(context, idempotencyKey);
  const { streamId, command } = await definition.prepare(input, { context, tenant, commandId: id, now: issuedAt });
  // Of what was asked, not of what was made of it: a repeat has another time, and finds other prices.
  const fingerprint = await digest(canonicalJson({ type: definition.type, input, expectedVersion: expectedVersion ?? null }));
  const isNew = definition.type === 'CreateLead';
  return {
    schema: 1,
    id,
    tenant,
    streamId,
    actor: { id: identity.subject, roles: identity.roles },
    lane: commandLane({ type: definition.type, tier: bulk || isNew ? undefined : await tierOf(context, streamId), bulk }),
    issuedAt,
    fingerprint,
    expectedVersion: expectedVersion ?? undefined,
    trace: traceparent === undefined ? undefined : { traceparent },
    command,
  };
}

async function commandIdOf({ identity, ports }: RequestContext, key: string | null | undefined): Promise<CommandId> {
  if (key == null) return newId('command', ports.clock.now().getTime());
  if (key.trim() === '' || key.length > KEY_LENGTH_MAX) throw badInput(`an idempotency key has 1 to ${KEY_LENGTH_MAX} characters`, 'idempotencyKey');
  // As bytes, all halves of characters are one: different keys would become the same command.
  if (!key.isWellFormed()) throw badInput('an idempotency key holds whole characters only', 'idempotencyKey');
  // Workers decide ids by keys, too: a client must not be able to name theirs.
  return keyedCommandId(identity.tenant, `client:${key}`);
}

/** The lead's tier as far as the read models know it. Only the lane hangs on it: what cannot be read is taken for new. */
async function tierOf({ identity, ports, requestId, shared }: RequestContext, streamId: StreamId): Promise<Tier | undefined> {
  if (!isId('lead', streamId)) return undefined;
  try {
    const [view] = await within(shared.timing.lookupMs, ports.readModels.get([{ tenant: identity.tenant, kind: 'lead', id: streamId }]));
    return view == null ? undefined : (JSON.parse(view.doc) as Lead).score?.tier;
  } catch (error) {
    ports.logger.warn({ requestId, error: String(error) }, "a lead's tier could not be read; its command goes into the hot lane");
    return undefined;
  }
}
