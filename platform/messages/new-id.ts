/** New ids and digests, on web-standard crypto only (the edge uses them too). */
import { makeId, type IdKind, type TenantId, type CommandId } from '../../domain/ids.ts';

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));
const hex = (bytes: Uint8Array): string => {
  let text = '';
  for (const byte of bytes) text += HEX[byte];
  return text;
};

/** A call for random bytes costs more than the bytes: many are fetched at once, and each is used once. Empty until the first is wanted, as the edge asks. */
const RANDOM_BYTES = 10;
const pool = new Uint8Array(RANDOM_BYTES * 400);
let used = pool.length;

function randomBytes(): Uint8Array {
  if (used === pool.length) {
    crypto.getRandomValues(pool);
    used = 0;
  }
  used += RANDOM_BYTES;
  return pool.subarray(used - RANDOM_BYTES, used);
}

/** 32 hex digits: 48 bits of milliseconds, then 80 random bits (the layout of UUIDv7 without its marks), so that later ids sort later. */
export const newIdBody = (nowMs: number): string => nowMs.toString(16).padStart(12, '0') + hex(randomBytes());

/** The moment that stands in an id made by newIdBody, milliseconds since 1970; NaN where there is none (ids that a key decides hold a digest). */
export const madeAtMs = (id: string): number => Number.parseInt(/_([0-9a-f]{12})[0-9a-f]{20}$/.exec(id)?.[1] ?? '', 16);

export const newId = <K extends IdKind>(kind: K, nowMs: number): ReturnType<typeof makeId<K>> => makeId(kind, newIdBody(nowMs));

/** What Node (and whoever speaks its modules) has for it. */
interface NativeHash {
  hash?(algorithm: 'sha256', text: string, encoding: 'hex'): string;
}
interface WithModules {
  readonly process?: { getBuiltinModule?(name: 'node:crypto'): NativeHash | undefined };
}
const native = (globalThis as WithModules).process?.getBuiltinModule?.('node:crypto');

/** SHA-256 of the text, hex. At once where the platform can: on Node the web's own way is a job of another thread, a fifth of taking a command in. */
export async function digest(text: string): Promise<string> {
  if (native?.hash !== undefined) return native.hash('sha256', text, 'hex');
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
