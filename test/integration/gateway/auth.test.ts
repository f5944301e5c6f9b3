import { generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTokenVerifier } from '../../../platform/auth/verify.ts';
import { systemClock } from '../../../platform/clock.ts';
import { startTestGateway, type TestGateway } from '../../support/gateway.ts';

const CLAIMS = { sub: 'someone', tenant: 'demo', roles: ['ADMIN'] };

describe('who gets in', () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await startTestGateway();
  });
  afterAll(() => gateway.stop());

  async function ask(token: string | null): Promise<{ status: number; code: string; message: string; data?: { whoami: string } }> {
    const response = await fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(token !== null && { authorization: `Bearer ${token}` }) },
      body: JSON.stringify({ query: '{ whoami }' }),
    });
    const body = (await response.json()) as { errors?: { message: string; extensions: { code: string } }[]; data?: { whoami: string } };
    const [error] = body.errors ?? [];
    return { status: response.status, code: error?.extensions.code ?? '', message: error?.message ?? '', ...(body.data && { data: body.data }) };
  }
  const foreign = async (): Promise<CryptoKey> => (await generateKeyPair('ES256')).privateKey;
  const inAnHour = (): number => Math.floor(Date.now() / 1000) + 3_600;

  it('lets a good token in, as the person it names', async () => {
    expect(await ask(await gateway.token({ subject: 'ana' }))).toMatchObject({ status: 200, data: { whoami: 'ana@demo' } });
  });

  it('asks for a token where there is none', async () => {
    expect(await ask(null)).toMatchObject({ status: 401, code: 'UNAUTHENTICATED' });
  });

  it('refuses a token that another key signed', async () => {
    const token = await new SignJWT(CLAIMS)
      .setProtectedHeader({ alg: 'ES256' })
      .setExpirationTime('1h')
      .sign(await foreign());
    expect(await ask(token)).toMatchObject({ status: 401, code: 'UNAUTHENTICATED', message: "the token's signature is not valid" });
  });

  it('refuses a token that is not signed', async () => {
    expect(await ask(new UnsecuredJWT({ ...CLAIMS, exp: inAnHour() }).encode())).toMatchObject({ status: 401, message: expect.stringContaining('algorithm') });
  });

  it('refuses a token signed with a secret, even if the secret is our public key', async () => {
    const secret = new TextEncoder().encode(JSON.stringify(gateway.keys.publicJwk));
    const token = await new SignJWT(CLAIMS).setProtectedHeader({ alg: 'HS256' }).setExpirationTime('1h').sign(secret);
    expect(await ask(token)).toMatchObject({ status: 401, message: expect.stringContaining('algorithm') });
  });

  it('refuses a token past its time', async () => {
    expect(await ask(await gateway.token({}, -1))).toMatchObject({ status: 401, message: 'the token has expired' });
  });

  it('refuses what is no token at all', async () => {
    expect(await ask('rubbish')).toMatchObject({ status: 401, message: 'the token is malformed' });
  });

  it('says which claim is missing', async () => {
    expect(await ask(await gateway.token({ subject: '' }))).toMatchObject({ status: 401, message: expect.stringContaining('"sub"') });
    expect(await ask(await gateway.token({ roles: [] }))).toMatchObject({ status: 401, message: expect.stringContaining('"roles"') });
    expect(await ask(await gateway.token({ tenant: 'a:b' as never }))).toMatchObject({ status: 401, message: expect.stringContaining('"tenant"') });
  });

  it('tells keys that cannot be fetched apart from a bad token', async () => {
    const verifier = await createTokenVerifier({ jwksUrl: 'http://127.0.0.1:9/keys.json', clock: systemClock });
    const lost = await startTestGateway({ verifier });
    const response = await lost.query({ query: '{ whoami }' });
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'UNAVAILABLE', retryAfter: expect.any(Number) } }] });
    await lost.stop();
  });
});
