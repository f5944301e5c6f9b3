import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeId } from '../../../domain/ids.ts';
import { decodeCommand, decodeEvent, MalformedMessageError } from '../../../platform/messages/decode.ts';
import { encodeCommand, encodeEvent } from '../../../platform/messages/encode.ts';
import { envelopeOf, LEAD, record } from '../../support/given.ts';
import { created } from '../../support/facts.ts';

const command = envelopeOf({ type: 'AddNote', leadId: LEAD, text: 'a 🦊 "quoted"' }, makeId('command', '1'));
const event = record(LEAD, 3, created());

/** Not even what is wrong may crash a reader: an envelope, or the one error that puts a record aside, with a reason that any log takes. */
function isReadOrRefused(text: string): boolean {
  return [decodeCommand, decodeEvent].every((decode) => {
    try {
      return /^(lead|prop|agent)_/.test(decode(text).streamId);
    } catch (error) {
      if (!(error instanceof MalformedMessageError)) throw error;
      return error.message.length > 0 && error.message.length <= 2_000 && error.message.isWellFormed();
    }
  });
}
const expectNoCrash = <T extends unknown[]>(property: fc.IProperty<T>): void => fc.assert(property, { numRuns: 1_000 });

type Json = Record<string, unknown>;
const parsed = (text: string): Json => JSON.parse(text) as Json;
const paths = [
  'schema',
  'id',
  'tenant',
  'streamId',
  'actor',
  'lane',
  'issuedAt',
  'at',
  'fingerprint',
  'trace',
  'expectedVersion',
  'version',
  'command',
  'event',
];

describe('decoding', () => {
  it('reads back what was written', () => {
    expect(decodeCommand(encodeCommand(command))).toEqual(command);
    expect(decodeEvent(encodeEvent(event))).toEqual(event);
    const more = { ...command, expectedVersion: 4, trace: { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' } };
    expect(decodeCommand(encodeCommand(more))).toEqual(more);
  });

  it('never crashes on any text', () => {
    expect(() => expectNoCrash(fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.json()), isReadOrRefused))).not.toThrow();
  });

  it('never crashes on an envelope with a part exchanged or taken away', () => {
    expect(() =>
      expectNoCrash(
        fc.property(
          fc.constantFrom(encodeCommand(command), encodeEvent(event)),
          fc.constantFrom(...paths),
          fc.option(fc.oneof(fc.jsonValue(), fc.string({ unit: 'binary' }), fc.constant('x'.repeat(100_000)))),
          (text, path, value) => isReadOrRefused(JSON.stringify({ ...parsed(text), [path]: value ?? undefined })),
        ),
      ),
    ).not.toThrow();
  });

  it('never crashes on an envelope that was cut or spoilt anywhere', () => {
    const text = encodeCommand(command);
    expect(() =>
      expectNoCrash(
        fc.property(fc.nat(text.length), fc.nat(text.length), fc.string({ unit: 'binary', maxLength: 5 }), (from, to, put) =>
          isReadOrRefused(text.slice(0, from) + put + text.slice(to)),
        ),
      ),
    ).not.toThrow();
  });

  it('takes a body of any depth, for who handles it to judge', () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    expect(decodeCommand(encodeCommand(command).replace('"a 🦊 \\"quoted\\""', deep)).command.type).toBe('AddNote');
    expect(() => decodeCommand(deep)).toThrow(MalformedMessageError);
  });

  it.each([
    ['another version of the envelope', { schema: 2 }],
    ['an id of another kind', { id: 'lead_1' }],
    ['a tenant that would break keys', { tenant: 'a:{b}' }],
    ['a stream of no kind', { streamId: 'cmd_1' }],
    ['a lane that is none', { lane: 'tepid' }],
    ['a time without a zone', { issuedAt: '2026-03-10T20:00:00' }],
    ['a body without a type', { command: { leadId: LEAD } }],
    ['a version that is no number', { expectedVersion: '1' }],
    ['a trace that a database refuses', { trace: { traceparent: 'a\u0000b' } }],
    ['an actor that a database refuses', { actor: { id: 'a\ud800', roles: [] } }],
    ['no actor', { actor: undefined }],
  ])('refuses %s', (_, change) => {
    expect(() => decodeCommand(JSON.stringify({ ...command, ...change }))).toThrow(MalformedMessageError);
  });
});
