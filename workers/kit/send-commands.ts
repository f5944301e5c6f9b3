/** How a worker asks for a change: like everybody else, by a command on the log. */
import type { Command, CommandEnvelope, Lane, Trace } from '../../domain/messages.ts';
import type { StreamId, TenantId } from '../../domain/ids.ts';
import { commandRecord } from '../../platform/messages/command-record.ts';
import { digest, keyedCommandId } from '../../platform/messages/new-id.ts';
import type { RoleName, WorkerPorts } from './role.ts';

export interface WorkerCommand {
  readonly tenant: TenantId;
  readonly streamId: StreamId;
  readonly lane: Lane;
  readonly command: Command;
  /** Decides the command's id: the same cause sent again is the same command. */
  readonly dedupeKey: string;
  readonly trace?: Trace | undefined;
}

/** The actor id of a role's own commands; they have no receipts, nobody waits for them. */
export const WORKER_ACTOR_PREFIX = 'worker:';

async function toEnvelope(role: RoleName, issuedAt: string, request: WorkerCommand): Promise<CommandEnvelope> {
  return {
    schema: 1,
    id: await keyedCommandId(request.tenant, `${role}:${request.dedupeKey}`),
    tenant: request.tenant,
    streamId: request.streamId,
    actor: { id: `${WORKER_ACTOR_PREFIX}${role}`, roles: ['ADMIN'] },
    lane: request.lane,
    issuedAt,
    fingerprint: await digest(request.dedupeKey),
    trace: request.trace,
    command: request.command,
  };
}

/** Durable in the log once resolved. */
export async function sendCommands(ports: Pick<WorkerPorts, 'log' | 'clock'>, role: RoleName, requests: readonly WorkerCommand[]): Promise<void> {
  if (requests.length === 0) return;
  const issuedAt = ports.clock.now().toISOString();
  const envelopes = await Promise.all(requests.map((request) => toEnvelope(role, issuedAt, request)));
  await ports.log.append(envelopes.map(commandRecord));
}
