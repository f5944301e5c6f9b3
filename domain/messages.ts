/** The envelopes that commands and events travel in: versioned, and they hold every id themselves. */
import type { Role } from './agent/agent.ts';
import type { AgentCommand, AgentEvent } from './agent/messages.ts';
import type { CommandId, DeadLetterId, StreamId, TenantId } from './ids.ts';
import type { LeadCommand } from './lead/commands.ts';
import type { LeadEvent } from './lead/events.ts';
import type { PropertyCommand, PropertyEvent } from './property/messages.ts';

export type Command = LeadCommand | PropertyCommand | AgentCommand;
export type DomainEvent = LeadEvent | PropertyEvent | AgentEvent;

/** Priority of the work: lanes change when, never what. */
export const LANES = ['hot', 'warm', 'cold'] as const;
export type Lane = (typeof LANES)[number];

/** Who asked. `id` is the token's subject, or `worker:<role>`. */
export interface Actor {
  readonly id: string;
  readonly roles: readonly Role[];
}

/** W3C trace context. */
export interface Trace {
  readonly traceparent: string;
}

export interface CommandEnvelope<C extends Command = Command> {
  readonly schema: 1;
  /** Decided by the caller's idempotency key where there is one, so that a repeat is the same command. */
  readonly id: CommandId;
  readonly tenant: TenantId;
  readonly streamId: StreamId;
  readonly actor: Actor;
  readonly lane: Lane;
  /** ISO 8601, UTC. The time that decide works with. */
  readonly issuedAt: string;
  /** Digest of what was asked (its own id, where nobody can ask for that again): the same id with another fingerprint is a conflict. */
  readonly fingerprint: string;
  readonly expectedVersion?: number | undefined;
  readonly trace?: Trace | undefined;
  /** Set where the command was a dead letter and somebody had it tried again: the same command, whose outcome DEAD_LETTERED is open again. */
  readonly replay?: { readonly letter: DeadLetterId; readonly by: string } | undefined;
  readonly command: C;
}

export interface RecordedEvent<E extends DomainEvent = DomainEvent> {
  readonly schema: 1;
  /** `<streamId>@<version>`. */
  readonly id: string;
  readonly tenant: TenantId;
  readonly streamId: StreamId;
  /** 1 for the first event of the stream. */
  readonly version: number;
  readonly commandId: CommandId;
  readonly actor: Actor;
  readonly lane: Lane;
  readonly at: string;
  readonly trace?: Trace | undefined;
  readonly event: E;
}

/** Why a command was not carried out: data, not an exception. */
export interface Rejection {
  readonly code: 'BAD_USER_INPUT' | 'NOT_FOUND' | 'CONFLICT' | 'VERSION_CONFLICT' | 'IDEMPOTENCY_CONFLICT' | 'FORBIDDEN';
  readonly message: string;
  /** The input's field, as a dotted path. */
  readonly field?: string | undefined;
}

export const COMMAND_STATUSES = ['ACCEPTED', 'APPLIED', 'VISIBLE', 'REJECTED', 'DEAD_LETTERED'] as const;
export type CommandStatus = (typeof COMMAND_STATUSES)[number];

/** What became of a command. Goes only forward: ACCEPTED, then APPLIED, then VISIBLE; or REJECTED or DEAD_LETTERED. */
export interface CommandReceipt {
  readonly tenant: TenantId;
  readonly id: CommandId;
  readonly streamId: StreamId;
  readonly type: Command['type'];
  readonly fingerprint: string;
  readonly status: CommandStatus;
  readonly lane: Lane;
  readonly acceptedAt: string;
  readonly appliedAt?: string | undefined;
  readonly visibleAt?: string | undefined;
  /** The stream's version after the command. */
  readonly version?: number | undefined;
  /** True where everything was as the command asked: it left no event, and shows where the version that it found does. */
  readonly unchanged?: true | undefined;
  readonly error?: Rejection | { readonly code: 'INTERNAL'; readonly message: string; readonly field?: undefined } | undefined;
}
