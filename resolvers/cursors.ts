/** Cursors of pages: opaque to clients. */
import { badInput } from './errors.ts';

export function toBase64Url(text: string): string {
  return bytesToBase64Url(new TextEncoder().encode(text));
}

export function bytesToBase64Url(bytes: Uint8Array): string {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

/** Null where the text is no base64url. */
export function base64UrlToBytes(text: string): Uint8Array<ArrayBuffer> | null {
  if (!/^[A-Za-z0-9_-]*$/.test(text)) return null;
  try {
    const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
    const bytes = new Uint8Array(binary.length);
    for (let at = 0; at < bytes.length; at += 1) bytes[at] = binary.charCodeAt(at);
    return bytes;
  } catch {
    return null; // The length is none that base64 has.
  }
}

const CURSOR_LENGTH_MAX = 1_000;
const decoder = new TextDecoder();

/** A cursor for a place in the list called `list`; a cursor of another list is refused. */
export const encodeCursor = (list: string, place: string): string => toBase64Url(`${list}\n${place}`);

/** The place that a cursor of `list` means; undefined where there is no cursor. Throws ApiError (BAD_USER_INPUT). */
export function decodeCursor(list: string, cursor: string | null | undefined): string | undefined {
  if (cursor == null) return undefined;
  const bytes = cursor.length > CURSOR_LENGTH_MAX ? null : base64UrlToBytes(cursor);
  const text = bytes && decoder.decode(bytes);
  if (!text?.startsWith(`${list}\n`)) throw badInput('after is no cursor of this list in this order', 'after');
  return text.slice(list.length + 1);
}

/** How many items a page has. Throws ApiError (BAD_USER_INPUT). */
export function pageSize(first: number | null | undefined, max = 100): number {
  const size = first ?? 20;
  if (size < 1 || size > max) throw badInput(`first is from 1 to ${max}, not ${size}`, 'first');
  return size;
}
