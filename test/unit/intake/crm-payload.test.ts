import { describe, expect, it } from 'vitest';
import { readCrmPayload } from '../../../resolvers/intake/crm-payload.ts';

const AT = '2026-11-20T11:31:45.750Z';

describe('what the CRM sends', () => {
  it('reads an inbound message in the flat shape of the marketplace', () => {
    const event = readCrmPayload({
      type: 'InboundMessage',
      locationId: 'acme',
      contactId: 'c1',
      body: 'Is it still there?',
      direction: 'inbound',
      messageType: 'SMS',
      dateAdded: AT,
    });
    expect(event).toEqual({
      kind: 'MESSAGE',
      location: 'acme',
      contact: expect.objectContaining({ externalId: 'c1' }),
      text: 'Is it still there?',
      channel: 'SMS',
      at: AT,
    });
  });

  it.each(['0001-01-01T00:00:00Z', '+010000-01-01T00:00:00Z', 'yesterday'])('keeps a message whose time makes no sense (%s), without it', (dateAdded) => {
    expect(readCrmPayload({ type: 'TYPE_SMS', locationId: 'acme', contactId: 'c1', body: 'hello', dateAdded })).toMatchObject({ text: 'hello', at: undefined });
  });

  it('reads an inbound message in the flat shape TYPE_SMS', () => {
    const event = readCrmPayload({ type: 'TYPE_SMS', locationId: 'acme', contactId: 'c1', body: 'hello', phone: '+12065550100' });
    expect(event).toMatchObject({ kind: 'MESSAGE', text: 'hello', channel: 'SMS', contact: { externalId: 'c1', phone: '+12065550100' } });
  });

  it('reads an inbound message that is nested, with its contact', () => {
    const event = readCrmPayload({
      type: 'InboundMessage',
      locationId: 'acme',
      contactId: 'c1',
      message: { type: 'Email', body: 'We are pre-approved.', direction: 'inbound' },
      contact: { firstName: 'Ada', lastName: 'Byron', email: 'ada@example.com', tags: ['buyer'] },
    });
    expect(event).toMatchObject({
      kind: 'MESSAGE',
      channel: 'EMAIL',
      text: 'We are pre-approved.',
      contact: { externalId: 'c1', firstName: 'Ada', email: 'ada@example.com', tags: ['buyer'] },
    });
  });

  it.each(['ContactCreate', 'contact.created', 'ContactUpdate', 'contact_updated', 'ContactTagUpdate'])('reads a contact told of as %s', (type) => {
    expect(readCrmPayload({ type, locationId: 'acme', id: 'c1', firstName: 'Ada', tags: ['vip', 'buyer'] })).toMatchObject({
      kind: 'CONTACT',
      contact: { externalId: 'c1', firstName: 'Ada', tags: ['vip', 'buyer'] },
    });
  });

  it('reads a single tag that was added', () => {
    expect(readCrmPayload({ type: 'contact.tag_added', locationId: 'acme', contactId: 'c1', tag: 'vip' })).toMatchObject({
      kind: 'CONTACT',
      contact: { tags: ['vip'] },
    });
  });

  it('leaves our own messages and other events alone, and says so', () => {
    expect(readCrmPayload({ type: 'InboundMessage', locationId: 'acme', contactId: 'c1', body: 'x', direction: 'outbound' })).toMatchObject({
      kind: 'IGNORED',
    });
    expect(readCrmPayload({ type: 'InvoicePaid', locationId: 'acme' })).toMatchObject({ kind: 'IGNORED', why: 'an event of type InvoicePaid' });
  });

  it.each([
    [{}, /type|locationId/],
    [{ type: 'InboundMessage', locationId: 'acme', body: 'x' }, /contactId/],
    [{ type: 'InboundMessage', locationId: 'acme', contactId: 'c1' }, /body/],
    [null, /object/],
    ['text', /object/],
  ])('refuses %j with what is missing', (json, message) => {
    expect(() => readCrmPayload(json)).toThrow(message);
  });
});
