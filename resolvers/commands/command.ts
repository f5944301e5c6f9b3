/** What a mutation comes to before it is sent. */
import type { DecisionContext } from '../../domain/decision.ts';
import type { CommandId, StreamId, TenantId } from '../../domain/ids.ts';
import type { Command } from '../../domain/messages.ts';
import type { RequestContext } from '../context.ts';

export const WAITS = ['ACCEPTED', 'APPLIED', 'VISIBLE'] as const;
export type Wait = (typeof WAITS)[number];

/** The arguments that every mutation has beside its input. */
export interface CommandOptions {
  /** The same key is the same command: repeated, it has its effect once and gets the same receipt. */
  readonly idempotencyKey?: string | null | undefined;
  /** Refused with VERSION_CONFLICT where the version is another by then. */
  readonly expectedVersion?: number | null | undefined;
  readonly wait?: Wait | null | undefined;
}

/** What making a command may look at. */
export interface CommandScope {
  readonly context: RequestContext;
  readonly tenant: TenantId;
  readonly commandId: CommandId;
  /** ISO 8601 UTC. */
  readonly now: string;
}

export interface PreparedCommand {
  readonly streamId: StreamId;
  readonly command: Command;
}

/** A public command: its name, who may send it, and how its input becomes a command. `prepare` throws ApiError (BAD_USER_INPUT). */
export interface CommandDefinition<Input> {
  readonly type: Command['type'];
  /** Managers and admins only. */
  readonly restricted: boolean;
  readonly prepare: (input: Input, scope: CommandScope) => PreparedCommand | Promise<PreparedCommand>;
}

/** For rules of the domain that are held before the command is sent. */
export const decisionContext = (scope: CommandScope): DecisionContext => ({
  at: scope.now,
  commandId: scope.commandId,
  actorId: scope.context.identity.subject,
});
