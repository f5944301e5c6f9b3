/**
 * Envelopes of commands as our own gateways write them, recognised at a glance: every command comes by here, and the schema's full check costs as much
 * as deciding on it. Whatever looks different in any way is left to the schema, which also finds the words for what is wrong.
 */
import { ROLES } from '../../domain/agent/agent.ts';
import { isId, isTenantId, kindOfId, type StreamId } from '../../domain/ids.ts';
import { LANES, type Command, type CommandEnvelope, type Trace } from '../../domain/messages.ts';

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null && !Array.isArray(value);
const isOneOf = <T extends string>(choices: readonly T[], value: unknown): value is T => choices.some((choice) => choice === value);

/** Databases take neither NUL nor half a surrogate pair. */
export const isStorable = (text: string): boolean => text.isWellFormed() && !text.includes('\0');
const isWord = (value: unknown, lengthMax: number): value is string =>
  typeof value === 'string' && value.length > 0 && value.length <= lengthMax && isStorable(value);

const ISO_LENGTH = '2026-01-31T17:00:00.000Z'.length;

/** True for what toISOString writes, and so for no day that no calendar has. */
function isOurTime(value: unknown): value is string {
  if (typeof value !== 'string' || value.length !== ISO_LENGTH) return false;
  const at = new Date(value);
  return !Number.isNaN(at.getTime()) && at.toISOString() === value;
}

const isStreamId = (value: unknown): value is StreamId => typeof value === 'string' && !isId('command', value) && kindOfId(value) !== null;

function plainActor(value: unknown): CommandEnvelope['actor'] | null {
  if (!isObject(value)) return null;
  const { id, roles } = value;
  return isWord(id, 200) && Array.isArray(roles) && roles.every((role) => isOneOf(ROLES, role)) ? { id, roles } : null;
}

export const TRACEPARENT = /^[\x20-\x7e]{1,200}$/;

/** Undefined where there is none, null where it is not plain. */
function plainTrace(value: unknown): Trace | undefined | null {
  if (value === undefined) return undefined;
  return isObject(value) && typeof value['traceparent'] === 'string' && TRACEPARENT.test(value['traceparent']) ? { traceparent: value['traceparent'] } : null;
}

const isVersion = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;
const isCommand = (value: unknown): value is Command => isObject(value) && isWord(value['type'], 100);

/** The envelope, as the schema would answer it; null where the schema has to be asked. */
export function plainCommand(json: unknown): CommandEnvelope | null {
  if (!isObject(json) || json['replay'] !== undefined) return null;
  const { schema, id, tenant, streamId, lane, issuedAt, fingerprint, expectedVersion, command } = json;
  if (schema !== 1 || typeof id !== 'string' || !isId('command', id) || typeof tenant !== 'string' || !isTenantId(tenant)) return null;
  if (!isStreamId(streamId) || !isOneOf(LANES, lane) || !isOurTime(issuedAt) || !isWord(fingerprint, 200) || !isCommand(command)) return null;
  const [actor, trace] = [plainActor(json['actor']), plainTrace(json['trace'])];
  if (actor === null || trace === null) return null;
  const envelope: CommandEnvelope = { schema, tenant, streamId, actor, lane, id, issuedAt, fingerprint, command, ...(trace === undefined ? {} : { trace }) };
  if (expectedVersion === undefined) return envelope;
  return isVersion(expectedVersion) ? { ...envelope, expectedVersion } : null;
}
