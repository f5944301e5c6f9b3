import { serverAudits } from 'graphql-http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestGateway, type TestGateway } from '../../support/gateway.ts';

/** The audits of the GraphQL over HTTP specification, by its own authors, against the real server. */
describe('GraphQL over HTTP', () => {
  let gateway: TestGateway;
  let token: string;
  beforeAll(async () => {
    gateway = await startTestGateway();
    token = await gateway.token();
  });
  afterAll(() => gateway.stop());

  const withToken: typeof fetch = (input, init) =>
    fetch(input, { ...init, headers: { ...(init?.headers as Record<string, string>), authorization: `Bearer ${token}` } });
  const audits = serverAudits({ url: () => `${gateway.url}/graphql`, fetchFn: withToken });

  it('is audited in 61 ways', () => {
    expect(audits).toHaveLength(61);
  });

  it.each(audits)('$name', async (audit) => {
    const result = await audit.fn();
    expect(result).toMatchObject({ status: 'ok' });
  });
});
