/** New ids and digests, on web-standard crypto only (the edge uses them too). */
import { makeId, type IdKind, type TenantId, type CommandId } from '../../domain/ids.ts';

const hex = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

/** 32 hex digits: 48 bits of milliseconds, then 80 random bits (the layout of UUIDv7 without its marks), so that later ids sort later. */
export function newIdBody(nowMs: number): string {
  const random = crypto.getRandomValues(new Uint8Array(10));
  return nowMs.toString(16).padStart(12, '0') + hex(random);
}

export const newId = <K extends IdKind>(kind: K, nowMs: number): ReturnType<typeof makeId<K>> => makeId(kind, newIdBody(nowMs));

/** SHA-256 of the text, hex. */
export async function digest(text: string): Promise<string> {
  return hex(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))));
}

/** The body that an idempotency key decides: the same tenant and key give the same id, on every gateway and for ever. */
export async function keyedIdBody(tenant: TenantId, idempotencyKey: string): Promise<string> {
  return (await digest(`${tenant}\n${idempotencyKey}`)).slice(0, 32);
}

/** The command id for an idempotency key. */
export async function keyedCommandId(tenant: TenantId, idempotencyKey: string): Promise<CommandId> {
  return makeId('command', await keyedIdBody(tenant, idempotencyKey));
}
