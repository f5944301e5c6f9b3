/**
 * Who sent a webhook, and when: HMAC-SHA256 with the tenant's secret over `<timestamp>.<raw body>`, hex,
 * in `x-webhook-signature: sha256=…`; the timestamp (seconds since 1970) in `x-webhook-timestamp`.
 */
export const SIGNATURE_HEADER = 'x-webhook-signature';
export const TIMESTAMP_HEADER = 'x-webhook-timestamp';
/** How far the sender's clock may be from ours; after that a signature is too old to be taken. */
export const TOLERANCE_SECONDS = 300;

export const SIGNATURE_DOES_NOT_FIT = 'the signature does not fit the body';

const encoder = new TextEncoder();

const importKey = (secret: string) => crypto.subtle.importKey('raw', encoder.encode(secret), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign', 'verify']);

const fromHex = (hex: string): Uint8Array<ArrayBuffer> => Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));

/** The header's value for a body; for senders and tests. */
export async function signWebhook(secret: string, timestampSeconds: number, body: string): Promise<string> {
  const signature = await crypto.subtle.sign('HMAC', await importKey(secret), encoder.encode(`${timestampSeconds}.${body}`));
  return `sha256=${Array.from(new Uint8Array(signature), (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}

/** The signature itself, however its digits are written; null where the header holds none. */
export function signatureOf(headers: Headers): string | null {
  const hex = /^sha256=((?:[0-9a-f]{2})+)$/i.exec(headers.get(SIGNATURE_HEADER) ?? '')?.[1];
  return hex === undefined ? null : hex.toLowerCase();
}

/** Null where the signature holds, else the reason why not. Compares in constant time. */
export async function checkSignature(secret: string, headers: Headers, body: string, nowMs: number): Promise<string | null> {
  const [signature, timestamp] = [signatureOf(headers), headers.get(TIMESTAMP_HEADER) ?? ''];
  if (signature === null || !/^\d{1,12}$/.test(timestamp))
    return `${SIGNATURE_HEADER} (sha256=<hex>) and ${TIMESTAMP_HEADER} (seconds since 1970) must be there`;
  if (Math.abs(nowMs / 1000 - Number(timestamp)) > TOLERANCE_SECONDS) return `the timestamp is more than ${TOLERANCE_SECONDS} s from now`;
  const holds = await crypto.subtle.verify('HMAC', await importKey(secret), fromHex(signature), encoder.encode(`${timestamp}.${body}`));
  return holds ? null : SIGNATURE_DOES_NOT_FIT;
}
