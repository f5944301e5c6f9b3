/** An idempotency key: the same key is the same command, however often it is sent. (randomUUID is not there on plain http.) */
export function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
