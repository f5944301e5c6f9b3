/** Many commands decided as one: loads all they need, decides in order, writes once. Runs inside one transaction. */
import { decide } from '../../domain/aggregate.ts';
import type { StreamId } from '../../domain/ids.ts';
import { emailToClaim } from '../../domain/lead/email-claim.ts';
import type { CommandEnvelope, CommandReceipt } from '../../domain/messages.ts';
import { commandKey, streamKey, type EventStoreTransaction } from '../../platform/event-store/event-store.ts';
import { Draft } from './draft.ts';

export interface BatchResult {
  /** By commandKey; commands handled before have their first outcome. */
  readonly outcomes: ReadonlyMap<string, CommandReceipt>;
  /** What this run added to the inbox and to the streams; a redelivered command adds nothing. */
  readonly handled: number;
  readonly eventCount: number;
}

type Ending =
  | { readonly status: 'APPLIED' }
  | { readonly status: 'VISIBLE'; readonly visibleAt: string }
  | { readonly status: 'REJECTED' | 'DEAD_LETTERED'; readonly error: NonNullable<CommandReceipt['error']> };

function receipt(envelope: CommandEnvelope, at: string, version: number | undefined, ending: Ending): CommandReceipt {
  return {
    tenant: envelope.tenant,
    id: envelope.id,
    streamId: envelope.streamId,
    type: envelope.command.type,
    fingerprint: envelope.fingerprint,
    lane: envelope.lane,
    acceptedAt: envelope.issuedAt,
    appliedAt: at,
    version,
    ...ending,
  };
}

function deadLettered(envelope: CommandEnvelope, at: string, what: string, error: unknown): CommandReceipt {
  const message = `the command could not be ${what}: ${error instanceof Error ? error.message : String(error)}`;
  return receipt(envelope, at, undefined, { status: 'DEAD_LETTERED', error: { code: 'INTERNAL', message } });
}

/** Deciding is pure: what throws once throws always, so such a command is put aside at once and stops no other. */
function decideOne(draft: Draft, envelope: CommandEnvelope, at: string): CommandReceipt {
  try {
    const state = draft.state(envelope);
    const decision = decide(envelope, state, {
      at: envelope.issuedAt,
      commandId: envelope.id,
      actorId: envelope.actor.id,
      expectedVersion: envelope.expectedVersion,
      emailOwner: draft.emailOwner(envelope),
    });
    if (decision.outcome === 'REJECTED') return receipt(envelope, at, state?.version, { status: 'REJECTED', error: decision.rejection });
    const version = draft.record(envelope, decision.events, at);
    // Without an event no view changes and nobody else would ever say VISIBLE.
    return receipt(envelope, at, version, decision.events.length > 0 ? { status: 'APPLIED' } : { status: 'VISIBLE', visibleAt: at });
  } catch (error) {
    return deadLettered(envelope, at, 'decided', error);
  }
}

/** In their order; of those with one key the first. */
function firstOfEach<T>(items: readonly T[], keyOf: (item: T) => string): T[] {
  const first = new Map<string, T>();
  for (const item of items) if (!first.has(keyOf(item))) first.set(keyOf(item), item);
  return [...first.values()];
}

/**
 * Handles the commands in their order, each once: one that the inbox knows keeps its first outcome.
 * Throws WriteConflictError (nothing written) where somebody else was faster; try again then.
 */
export async function decideBatch(tx: EventStoreTransaction, envelopes: readonly CommandEnvelope[], at: string): Promise<BatchResult> {
  const emails = envelopes.flatMap((envelope) => {
    const value = emailToClaim(envelope.command);
    return value === null ? [] : [{ tenant: envelope.tenant, value }];
  });
  // Sent together: the driver pipelines them, so that loading costs one round trip.
  const [known, streams, owners] = await Promise.all([
    tx.findOutcomes(envelopes),
    tx.loadStreams(firstOfEach(envelopes, streamKey)),
    emails.length > 0 ? tx.findOwners('lead-email', emails) : new Map<string, StreamId>(),
  ]);
  const fresh = firstOfEach(envelopes, commandKey).filter((envelope) => !known.has(commandKey(envelope)));
  if (fresh.length === 0) return { outcomes: known, handled: 0, eventCount: 0 };
  const draft = new Draft(streams, owners);
  const handled = fresh.map((envelope) => decideOne(draft, envelope, at));
  await tx.write({ appends: draft.appends, claims: draft.claims, outcomes: handled });
  return {
    outcomes: new Map([...known, ...handled.map((outcome) => [commandKey(outcome), outcome] as const)]),
    handled: handled.length,
    eventCount: draft.appends.reduce((count, { events }) => count + events.length, 0),
  };
}

/** Puts a command aside whose facts the write model refuses to hold. Where it was handled before, that outcome stands. */
export async function putAside(tx: EventStoreTransaction, envelope: CommandEnvelope, at: string, reason: unknown): Promise<BatchResult> {
  const known = await tx.findOutcomes([envelope]);
  if (known.size > 0) return { outcomes: known, handled: 0, eventCount: 0 };
  const outcome = deadLettered(envelope, at, 'stored', reason);
  await tx.write({ appends: [], claims: [], outcomes: [outcome] });
  return { outcomes: new Map([[commandKey(outcome), outcome]]), handled: 1, eventCount: 0 };
}
