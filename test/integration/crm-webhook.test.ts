import { describe, expect, it } from 'vitest';
import { createMemoryReadModels } from '../../platform/read-models/memory-read-models.ts';
import { LogUnavailableError, type LogRecord } from '../../platform/log/log.ts';
import { decodeCommand } from '../../platform/messages/decode.ts';
import { silentLogger } from '../../platform/telemetry/logger.ts';
import { createCrmWebhook } from '../../resolvers/intake/crm-webhook.ts';
import { signWebhook } from '../../resolvers/intake/webhook-signature.ts';
import { clockOf } from '../support/clock.ts';

const SECRET = 'a secret that only the CRM knows';
const NOW = new Date('2026-11-23T12:00:00.000Z');
const MESSAGE = { type: 'TYPE_SMS', locationId: 'acme', contactId: 'c1', body: 'Is it still there?' };

/** A log that keeps what it is given; `down` makes it refuse. */
function recordingLog() {
  const log = {
    down: false,
    records: [] as LogRecord[],
    async append(records: readonly LogRecord[]) {
      if (log.down) throw new LogUnavailableError('the log is down');
      log.records.push(...records);
    },
    check: async () => undefined,
  };
  return log;
}

function setUp() {
  const log = recordingLog();
  const webhook = createCrmWebhook({
    ports: { log, readModels: createMemoryReadModels(), clock: clockOf(() => NOW), logger: silentLogger },
    secrets: new Map([['acme', SECRET]]),
  });
  return { log, webhook, commands: () => log.records.map(({ value }) => decodeCommand(value)) };
}

async function delivery(payload: object, options: { secret?: string; seconds?: number; sent?: string } = {}): Promise<Request> {
  const body = JSON.stringify(payload);
  const seconds = options.seconds ?? NOW.getTime() / 1000;
  const signature = await signWebhook(options.secret ?? SECRET, seconds, body);
  return new Request('http://gateway/webhooks/crm', {
    method: 'POST',
    body: options.sent ?? body,
    headers: { 'x-webhook-signature': signature, 'x-webhook-timestamp': String(seconds) },
  });
}

describe('the CRM webhook', () => {
  it('turns a message into a lead and its interaction, durable before it answers', async () => {
    const { webhook, commands } = setUp();
    const response = await webhook(await delivery(MESSAGE));
    expect(response.status).toBe(202);
    expect(commands().map(({ command }) => command.type)).toEqual(['CreateLead', 'RecordInteraction']);
    expect(new Set(commands().map(({ streamId }) => streamId)).size).toBe(1);
    expect(commands().every(({ tenant }) => tenant === 'acme')).toBe(true);
  });

  it('finds the same lead for the same contact, whatever it tells', async () => {
    const { webhook, commands } = setUp();
    await webhook(await delivery({ type: 'ContactUpdate', locationId: 'acme', id: 'c1', firstName: 'Ada' }));
    await webhook(await delivery(MESSAGE));
    expect(new Set(commands().map(({ streamId }) => streamId)).size).toBe(1);
  });

  it('keeps a person whose CRM holds nonsense in a field, without that field, and says what was left out', async () => {
    const { webhook, commands } = setUp();
    const tags = [...Array.from({ length: 60 }, (_, i) => `tag ${i}`), '\0'];
    const response = await webhook(await delivery({ ...MESSAGE, firstName: 'Ada', lastName: 'x'.repeat(500), phone: 'unknown', email: 'n/a', tags }));
    expect(response.status).toBe(202);
    expect(((await response.json()) as { leftOut: string[] }).leftOut).toEqual([
      'lastName is longer than 100 characters',
      'email is not an email address',
      expect.stringContaining('phone is not a phone number'),
      expect.stringMatching(/^tag ".*" must not be empty$/),
      'tags: 10 behind the first 50',
    ]);
    expect(commands().map(({ command }) => command)).toEqual([
      expect.objectContaining({ lead: { externalId: 'c1', firstName: 'Ada' }, tags: tags.slice(0, 50) }),
      expect.objectContaining({ type: 'RecordInteraction' }),
    ]);
  });

  it('refuses a message that no lead could hold', async () => {
    const { webhook, log } = setUp();
    const response = await webhook(await delivery({ ...MESSAGE, messageType: 'x'.repeat(60) }));
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({ error: 'channel: is longer than 50 characters' });
    expect(log.records).toHaveLength(0);
  });

  it('refuses a replay whose signature is written otherwise', async () => {
    const { webhook, log } = setUp();
    await webhook(await delivery(MESSAGE));
    const again = await delivery(MESSAGE);
    again.headers.set('x-webhook-signature', (again.headers.get('x-webhook-signature') ?? '').toUpperCase().replace('SHA256', 'sha256'));
    expect((await webhook(again)).status).toBe(409);
    expect(log.records).toHaveLength(2);
  });

  it('tells strangers nothing of who is with us: a location without a secret and a wrong signature get one answer', async () => {
    const { webhook, log } = setUp();
    const known = await webhook(await delivery(MESSAGE, { secret: 'a guess' }));
    for (const secret of ['a guess', 'nobody']) {
      const unknown = await webhook(await delivery({ ...MESSAGE, locationId: 'not-here' }, { secret }));
      expect(unknown.status).toBe(401);
      expect(await unknown.json()).toEqual(await known.clone().json());
    }
    expect(log.records).toHaveLength(0);
  });

  it('refuses a replay', async () => {
    const { webhook, log } = setUp();
    await webhook(await delivery(MESSAGE));
    expect((await webhook(await delivery(MESSAGE))).status).toBe(409);
    expect(log.records).toHaveLength(2);
  });

  it('knows what the CRM tells again under a new signature', async () => {
    const { webhook, commands } = setUp();
    const message = { ...MESSAGE, messageId: 'm1' };
    await webhook(await delivery(message));
    expect((await webhook(await delivery(message, { seconds: NOW.getTime() / 1000 + 60 }))).status).toBe(202);
    const ids = commands().map(({ id }) => id);
    expect(ids.slice(2)).toEqual(ids.slice(0, 2));
  });

  it('takes a delivery again that it could not store, with the same commands', async () => {
    const { webhook, log, commands } = setUp();
    log.down = true;
    const failed = await webhook(await delivery(MESSAGE));
    expect(failed.status).toBe(503);
    expect(failed.headers.get('retry-after')).toBe('2');
    log.down = false;
    expect((await webhook(await delivery(MESSAGE))).status).toBe(202);
    expect(commands()).toHaveLength(2);
  });

  it.each([
    ['another secret', () => delivery(MESSAGE, { secret: 'somebody else' })],
    ['a body that was changed on the way', () => delivery(MESSAGE, { sent: JSON.stringify({ ...MESSAGE, body: 'changed' }) })],
    ['a timestamp from an hour ago', () => delivery(MESSAGE, { seconds: NOW.getTime() / 1000 - 3_600 })],
    ['a location without a secret', () => delivery({ ...MESSAGE, locationId: 'other' })],
    ['no signature', async () => new Request('http://gateway/webhooks/crm', { method: 'POST', body: JSON.stringify(MESSAGE) })],
  ])('refuses %s', async (_what, make) => {
    const { webhook, log } = setUp();
    const response = await webhook(await make());
    expect(response.status).toBe(401);
    expect(log.records).toEqual([]);
  });

  it('says what is wrong with a body that it cannot read', async () => {
    const { webhook } = setUp();
    const response = await webhook(new Request('http://gateway/webhooks/crm', { method: 'POST', body: '{"type":' }));
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({ error: expect.stringContaining('JSON') });
  });
});
