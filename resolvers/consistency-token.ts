/**
 * Consistency tokens: "what I read must not be older than version v of stream s". Signed and bound to the tenant,
 * so that a token says nothing about what its bearer may not see and cannot be made up to keep the origin busy.
 * Form: base64url(JSON {t, s, v}) + '.' + base64url(HMAC-SHA256 of the first part).
 */
import { kindOfId, type StreamId, type TenantId } from '../domain/ids.ts';
import { base64UrlToBytes, bytesToBase64Url, toBase64Url } from './cursors.ts';
import { badInput } from './errors.ts';

export interface VersionAtLeast {
  readonly streamId: StreamId;
  readonly version: number;
}

export interface ConsistencyTokens {
  sign(tenant: TenantId, atLeast: VersionAtLeast): Promise<string>;
  /** Throws ApiError (BAD_USER_INPUT) where the token is not ours or not of this tenant. */
  verify(tenant: TenantId, token: string): Promise<VersionAtLeast>;
}

const TOKEN_LENGTH_MAX = 500;

export function createConsistencyTokens(secret: string): ConsistencyTokens {
  const encoder = new TextEncoder();
  let imported: Promise<CryptoKey> | undefined;
  const key = (): Promise<CryptoKey> =>
    (imported ??= crypto.subtle.importKey('raw', encoder.encode(secret), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign', 'verify']));

  return {
    async sign(tenant, { streamId, version }) {
      const body = toBase64Url(JSON.stringify({ t: tenant, s: streamId, v: version }));
      const signature = await crypto.subtle.sign('HMAC', await key(), encoder.encode(body));
      return `${body}.${bytesToBase64Url(new Uint8Array(signature))}`;
    },
    async verify(tenant, token) {
      const [body = '', signature = ''] = token.slice(0, TOKEN_LENGTH_MAX).split('.');
      const bytes = base64UrlToBytes(signature);
      const genuine = bytes !== null && (await crypto.subtle.verify('HMAC', await key(), bytes, encoder.encode(body)));
      const atLeast = genuine ? parse(tenant, body) : null;
      if (atLeast === null) throw badInput('this is no consistency token of a receipt of yours', 'atLeast');
      return atLeast;
    },
  };
}

function parse(tenant: TenantId, body: string): VersionAtLeast | null {
  const json = base64UrlToBytes(body);
  if (json === null) return null;
  const { t, s, v } = JSON.parse(new TextDecoder().decode(json)) as { t: unknown; s: unknown; v: unknown };
  if (t !== tenant || typeof s !== 'string' || kindOfId(s) === null || typeof v !== 'number') return null;
  return { streamId: s as StreamId, version: v };
}
