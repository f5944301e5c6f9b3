/** A key pair of our own and the tokens that it signs, for a laptop without an identity provider. Node only. */
import { chmod, link, mkdir, readFile, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { exportJWK, exportPKCS8, generateKeyPair, importPKCS8, SignJWT, type JWK } from 'jose';
import type { Role } from '../../domain/agent/agent.ts';
import type { TenantId } from '../../domain/ids.ts';
import type { Clock } from '../clock.ts';

export interface DevTokenClaims {
  readonly tenant: TenantId;
  readonly subject: string;
  readonly roles: readonly Role[];
}
export interface DevKeys {
  readonly publicJwk: JWK;
  /** A token good for `ttlSeconds`, 12 hours if not given. */
  sign(claims: DevTokenClaims, ttlSeconds?: number): Promise<{ readonly token: string; readonly expiresAtMs: number }>;
}

const FILE_NAME = 'dev-key.pem';
const OWNER_ONLY = 0o600;
const TTL_SECONDS = 12 * 60 * 60;

/** Loads the key pair from `dataDir`, or makes one there that only the owner of the file can read. */
export async function loadDevKeys(dataDir: string, clock: Clock): Promise<DevKeys> {
  const key = await importPKCS8(await loadOrCreate(dataDir), 'ES256', { extractable: true });
  const { kty, crv, x, y } = await exportJWK(key);
  return {
    publicJwk: { kty, crv, x, y } as JWK,
    async sign({ tenant, subject, roles }, ttlSeconds = TTL_SECONDS) {
      const nowSeconds = Math.floor(clock.now().getTime() / 1000);
      const expiresAtSeconds = nowSeconds + ttlSeconds;
      const token = await new SignJWT({ tenant, roles: [...roles] })
        .setProtectedHeader({ alg: 'ES256' })
        .setSubject(subject)
        .setIssuedAt(nowSeconds)
        .setExpirationTime(expiresAtSeconds)
        .sign(key);
      return { token, expiresAtMs: expiresAtSeconds * 1000 };
    },
  };
}

async function loadOrCreate(dataDir: string): Promise<string> {
  const path = join(dataDir, FILE_NAME);
  await mkdir(dataDir, { recursive: true });
  return (await load(path)) ?? (await create(path));
}

async function load(path: string): Promise<string | null> {
  try {
    const pem = await readFile(path, 'utf8');
    await chmod(path, OWNER_ONLY);
    return pem;
  } catch (error) {
    if (isCode(error, 'ENOENT')) return null;
    throw error;
  }
}

/** Written whole under another name and linked into place: of two processes that start together, one wins and both use its key. */
async function create(path: string): Promise<string> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  const draft = `${path}.${crypto.randomUUID()}`;
  await writeFile(draft, await exportPKCS8(privateKey), { mode: OWNER_ONLY, flag: 'wx' });
  try {
    await link(draft, path);
  } catch (error) {
    if (!isCode(error, 'EEXIST')) throw error;
  } finally {
    await unlink(draft);
  }
  return await readFile(path, 'utf8');
}

const isCode = (error: unknown, code: string): boolean => error instanceof Error && 'code' in error && error.code === code;
