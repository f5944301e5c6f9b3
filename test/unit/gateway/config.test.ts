import { describe, expect, it } from 'vitest';
import { gatewayConfig, isLoopback } from '../../../gateway/config.ts';

describe('the configuration of a gateway', () => {
  it('is the embedded size on this machine when nothing is set', () => {
    expect(gatewayConfig({})).toMatchObject({ host: '127.0.0.1', port: 4000, auth: { keys: { kind: 'dev' } }, devTokens: true, kafkaBrokers: [] });
    expect(gatewayConfig({})).toMatchObject({ databaseUrl: undefined, redis: undefined, origin: undefined });
  });

  it('gives no dev tokens where others can reach it, or where tokens come from elsewhere', () => {
    expect(gatewayConfig({ HOST: '0.0.0.0' }).devTokens).toBe(false);
    expect(gatewayConfig({ JWKS_URL: 'https://id.example/keys' })).toMatchObject({ devTokens: false, auth: { keys: { kind: 'jwks' } } });
  });

  it('takes a key whose line ends are written as \\n', () => {
    expect(gatewayConfig({ JWT_PUBLIC_KEY: 'a\\nb' }).auth.keys).toEqual({ kind: 'publicKey', pem: 'a\nb' });
  });

  it('reads the secrets of webhooks by tenant, also such that hold "="', () => {
    expect([...gatewayConfig({ WEBHOOK_SECRETS: 'a=one, b=two==' }).webhookSecrets]).toEqual([
      ['a', 'one'],
      ['b', 'two=='],
    ]);
  });

  it('takes webhook secrets for names that a tenant can have, and refuses to start with others', () => {
    for (const tenant of ['we{ird', 'a:b', ''])
      expect(messageOf(() => gatewayConfig({ WEBHOOK_SECRETS: `ok=1,${tenant}=hunter2` }))).toContain('entry 2 has no tenant');
  });

  it('says every mistake at once, and no secret', () => {
    const env = {
      PORT: 'http',
      JWKS_URL: 'nowhere',
      JWT_PUBLIC_KEY: 'x',
      KAFKA_BROKERS: 'kafka',
      UPSTASH_REDIS_REST_URL: 'http://r',
      ORIGIN_URL: 'http://o',
      ORIGIN_TOKEN: 'short',
      WEBHOOK_SECRETS: 'hunter2',
    };
    const message = messageOf(() => gatewayConfig(env));
    for (const name of ['PORT', 'JWKS_URL', 'KAFKA_BROKERS', 'UPSTASH_REDIS_REST_TOKEN', 'ORIGIN_TOKEN', 'WEBHOOK_SECRETS']) expect(message).toContain(name);
    expect(message).not.toContain('hunter2');
  });

  it('knows which addresses only this machine can reach', () => {
    for (const host of ['127.0.0.1', '127.1.2.3', '::1', '[::1]', 'localhost', '::ffff:127.0.0.1']) expect(isLoopback(host)).toBe(true);
    for (const host of ['0.0.0.0', '::', '10.0.0.1', 'localhost.evil.example', '127.0.0.1.evil.example', '']) expect(isLoopback(host)).toBe(false);
  });
});

function messageOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    return error instanceof Error ? error.message : '';
  }
  return '';
}
