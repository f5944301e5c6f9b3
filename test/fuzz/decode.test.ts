/** Reading envelopes: the envelope, or the one error that puts a record aside, with a reason that any log takes. Never anything else. */
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { decodeCommand, decodeEvent, MalformedMessageError } from '../../platform/messages/decode.ts';
import { hostileCommandTexts, hostileEventTexts } from './kit/envelopes.ts';
import { inputsFor, SEED, tell, type Door } from './kit/plan.ts';

const DOORS: readonly (readonly [Door, (text: string) => { readonly streamId: string }, fc.Arbitrary<string>])[] = [
  ['decoding of commands', decodeCommand, hostileCommandTexts],
  ['decoding of events', decodeEvent, hostileEventTexts],
];

it.each(DOORS)('%s reads or refuses whatever comes', (door, decode, texts) => {
  const numRuns = inputsFor(door);
  let read = 0;
  fc.assert(
    fc.property(texts, (text) => {
      try {
        expect(decode(text).streamId).toMatch(/^(lead|prop|agent)_/);
        read += 1;
      } catch (error) {
        if (!(error instanceof MalformedMessageError)) throw error;
        if (error.message.length === 0 || error.message.length > 2_000 || !error.message.isWellFormed())
          throw new Error('a reason that no log takes', { cause: error });
      }
    }),
    { numRuns, seed: SEED },
  );
  expect({}).not.toHaveProperty('polluted');
  tell(door, numRuns, `${read} of them could be read`);
});
