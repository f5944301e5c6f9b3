import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportJWK, exportSPKI, generateKeyPair, SignJWT, type CryptoKey } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tenantId } from '../../../domain/ids.ts';
import { loadDevKeys } from '../../../platform/auth/dev-keys.ts';
import { createTokenVerifier } from '../../../platform/auth/verify.ts';
import { clockOf } from '../../support/clock.ts';

const START = Date.parse('2026-03-01T10:00:00Z');

function clockAt(startMs: number) {
  let nowMs = startMs;
  return { ...clockOf(() => new Date(nowMs)), pass: (ms: number) => void (nowMs += ms) };
}

const sign = (key: CryptoKey, alg: string, claims: Record<string, unknown> = {}): Promise<string> =>
  new SignJWT({ tenant: 'acme', roles: ['AGENT', 'somebody-elses'], ...claims })
    .setProtectedHeader({ alg })
    .setSubject('ana')
    .setExpirationTime(START / 1000 + 3_600)
    .sign(key);

describe('verified tokens', () => {
  it.each(['ES256', 'RS256'])('are signed with %s, by a key given as PEM', async (alg) => {
    const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
    const verifier = await createTokenVerifier({ publicKeyPem: await exportSPKI(publicKey), clock: clockAt(START) });
    expect(await verifier.verify(await sign(privateKey, alg))).toEqual({ subject: 'ana', tenant: 'acme', roles: ['AGENT'], expiresAtMs: START + 3_600_000 });
  });

  it('are looked at once where a crowd comes with one, and then remembered', async () => {
    const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
    const clock = clockAt(START);
    const verifier = await createTokenVerifier({ publicJwk: await exportJWK(publicKey), clock });
    const token = await sign(privateKey, 'ES256');
    expect(verifier.remembered?.(token)).toBeUndefined();
    const [first, ...others] = await Promise.all(Array.from({ length: 20 }, () => verifier.verify(token)));
    // One object: one verdict.
    expect(others.every((other) => other === first)).toBe(true);
    expect(verifier.remembered?.(token)).toBe(first);
    clock.pass(60_000);
    expect(verifier.remembered?.(token)).toBeUndefined();
    expect(await verifier.verify(token)).toEqual(first);
  });

  it('are looked at again in time though the clock of the day was set back', async () => {
    const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
    const time = { nowMs: START, elapsedMs: 0 };
    const clock = { now: () => new Date(time.nowMs), elapsedMs: () => time.elapsedMs };
    const verifier = await createTokenVerifier({ publicJwk: await exportJWK(publicKey), clock });
    const token = await sign(privateKey, 'ES256');
    await verifier.verify(token);
    Object.assign(time, { nowMs: START - 600_000, elapsedMs: 60_000 });
    expect(verifier.remembered?.(token)).toBeUndefined();
  });

  it('are refused, not failed on, when signed with another algorithm than that of the key', async () => {
    const ours = await generateKeyPair('ES256', { extractable: true });
    const theirs = await generateKeyPair('RS256');
    const verifier = await createTokenVerifier({ publicJwk: await exportJWK(ours.publicKey), clock: clockAt(START) });
    await expect(verifier.verify(await sign(theirs.privateKey, 'RS256'))).rejects.toThrow('not signed with the algorithm of our key');
  });

  it.each([
    ['too long', 's'.repeat(201)],
    ['with a zero', 's\0'],
    ['with half a character', 's\ud800'],
  ])('name a subject that commands can carry: one %s is refused here, not behind the log', async (_name, sub) => {
    const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
    const verifier = await createTokenVerifier({ publicJwk: await exportJWK(publicKey), clock: clockAt(START) });
    const claims = { tenant: 'acme', roles: ['AGENT'], sub, exp: START / 1000 + 3_600 };
    const token = await new SignJWT(claims).setProtectedHeader({ alg: 'ES256' }).sign(privateKey);
    await expect(verifier.verify(token)).rejects.toThrow('"sub"');
  });

  it('must come from the issuer and be meant for the audience, if those are given', async () => {
    const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
    const verifier = await createTokenVerifier({ publicJwk: await exportJWK(publicKey), issuer: 'https://id', audience: 'leads', clock: clockAt(START) });
    await expect(verifier.verify(await sign(privateKey, 'ES256'))).rejects.toThrow('"iss"');
    await expect(verifier.verify(await sign(privateKey, 'ES256', { iss: 'https://id' }))).rejects.toThrow('"aud"');
    expect(await verifier.verify(await sign(privateKey, 'ES256', { iss: 'https://id', aud: 'leads' }))).toMatchObject({ subject: 'ana' });
  });

  it('are remembered, but never past their time', async () => {
    const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
    const clock = clockAt(START);
    const verifier = await createTokenVerifier({ publicJwk: await exportJWK(publicKey), clock });
    const token = await sign(privateKey, 'ES256');
    expect(await verifier.verify(token)).toBe(await verifier.verify(token));
    clock.pass(3_600_000);
    await expect(verifier.verify(token)).rejects.toThrow('the token has expired');
  });

  it('need a key that is one: the start fails clearly otherwise', async () => {
    await expect(createTokenVerifier({ publicKeyPem: 'rubbish', clock: clockAt(START) })).rejects.toThrow('must be PEM');
  });
});

describe('our own keys', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'dev-keys-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('are the same for processes that start together, and only their owner can read them', async () => {
    const clock = clockAt(START);
    const all = await Promise.all(Array.from({ length: 5 }, () => loadDevKeys(folder, clock)));
    const first = all[0]?.publicJwk;
    expect(first).toMatchObject({ kty: 'EC', crv: 'P-256' });
    for (const { publicJwk } of all) expect(publicJwk).toEqual(first);
    expect(first).not.toHaveProperty('d');
    expect(await readdir(folder)).toEqual(['dev-key.pem']);
    expect((await stat(join(folder, 'dev-key.pem'))).mode & 0o777).toBe(0o600);
  });

  it('sign tokens that the verifier takes', async () => {
    const clock = clockAt(START);
    const keys = await loadDevKeys(folder, clock);
    const verifier = await createTokenVerifier({ publicJwk: keys.publicJwk, clock });
    const { token, expiresAtMs } = await keys.sign({ tenant: tenantId('demo'), subject: 'demo-admin', roles: ['ADMIN'] });
    expect(await verifier.verify(token)).toEqual({ subject: 'demo-admin', tenant: 'demo', roles: ['ADMIN'], expiresAtMs });
    expect(expiresAtMs).toBe(START + 12 * 3_600_000);
  });
});
