import { isDeepStrictEqual } from 'node:util';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeId } from '../../../domain/ids.ts';
import { commandEnvelope } from '../../../platform/messages/decode.ts';
import { encodeCommand } from '../../../platform/messages/encode.ts';
import { plainCommand } from '../../../platform/messages/plain-command.ts';
import { envelopeOf, LEAD } from '../../support/given.ts';

type Json = Record<string, unknown>;
const command = envelopeOf({ type: 'AddNote', leadId: LEAD, text: 'a note' }, makeId('command', '1'));
const whole = JSON.parse(
  encodeCommand({ ...command, expectedVersion: 4, trace: { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' } }),
) as Json;

/** Values that come near to what is asked for. */
const nearly = fc.oneof(
  fc.jsonValue(),
  fc.integer({ min: -3, max: 3 }),
  fc.constantFrom(
    '',
    'x'.repeat(201),
    'a\0b',
    '\ud800',
    'lead_',
    'lead_1',
    'cmd_1',
    'prop_1\n',
    'Upper.Case-1',
    '.tenant',
    'hot',
    'HOT',
    -0,
    2 ** 53,
    1.5,
    null,
  ),
  fc.constantFrom('2026-02-29T00:00:00.000Z', '2024-02-29T00:00:00.000Z', '2026-01-31T24:00:00.000Z', '2026-01-31T17:00:00Z', '2026-01-31T17:00:00.000+00:00'),
  fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
  fc.constantFrom<unknown>({ id: 'a', roles: [] }, { id: 'a', roles: ['ADMIN', 'KING'] }, { id: '', roles: [] }, { id: 'a', roles: ['AGENT'], more: 1 }),
  fc.constantFrom<unknown>({ traceparent: '' }, { traceparent: 'ä' }, { traceparent: 'x', tracestate: 'y' }, { type: '' }, { type: 'X', a: [] }, []),
  fc.constantFrom<unknown>({ letter: 'dead_1', by: 'user_1' }, { letter: 'x', by: '' }),
);
const changed = fc
  .tuple(fc.constantFrom(...Object.keys(whole), 'replay', 'unknown'), fc.option(nearly, { nil: undefined }))
  .map(([field, value]): unknown => JSON.parse(JSON.stringify({ ...whole, [field]: value })));

describe('a command that is recognised at a glance', () => {
  it('is what our own gateways write', () => {
    expect(plainCommand(whole)).toEqual(commandEnvelope.parse(whole));
    const least: unknown = JSON.parse(encodeCommand(command));
    expect(plainCommand(least)).toEqual(commandEnvelope.parse(least));
  });

  it('is one that the schema answers alike', () => {
    const isAlike = (json: unknown): boolean => {
      const plain = plainCommand(json);
      return plain === null || isDeepStrictEqual(plain, commandEnvelope.parse(json));
    };
    expect(() => fc.assert(fc.property(fc.oneof(changed, fc.jsonValue()), isAlike), { numRuns: 3_000 })).not.toThrow();
  });
});
