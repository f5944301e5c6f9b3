import { describe, expect, it } from 'vitest';
import { composeGateway } from '../../../gateway/compose.ts';
import { gatewayConfig } from '../../../gateway/config.ts';
import { silentLogger } from '../../../platform/telemetry/logger.ts';

const SCALED = {
  KAFKA_BROKERS: '127.0.0.1:1',
  UPSTASH_REDIS_REST_URL: 'http://127.0.0.1:1',
  UPSTASH_REDIS_REST_TOKEN: 'a-token',
  ORIGIN_URL: 'http://127.0.0.1:1',
  ORIGIN_TOKEN: 'shared-by-all-of-them',
};

describe('a gateway process', () => {
  it('says every address that it misses', async () => {
    const composing = composeGateway(gatewayConfig({}), silentLogger);
    await expect(composing).rejects.toThrow(/UPSTASH_REDIS_REST_URL.*ORIGIN_URL.*KAFKA_BROKERS or DATABASE_URL/s);
  });

  it('shares what it computes, and signs consistency tokens, as every other gateway does, without telling the shared secret', async () => {
    const [one, two] = await Promise.all([composeGateway(gatewayConfig(SCALED), silentLogger), composeGateway(gatewayConfig(SCALED), silentLogger)]);
    expect(one.ports.viewLeases).toBeDefined();
    expect(one.ports.tokenSecret).toBe(two.ports.tokenSecret);
    expect(one.ports.tokenSecret).not.toContain(SCALED.ORIGIN_TOKEN);
    await Promise.all([one.close(), two.close()]);
  });
});
