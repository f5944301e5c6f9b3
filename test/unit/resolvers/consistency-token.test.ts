import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { makeId, tenantId } from '../../../domain/ids.ts';
import { createConsistencyTokens } from '../../../resolvers/consistency-token.ts';
import { isApiError } from '../../../resolvers/errors.ts';

const tokens = createConsistencyTokens('secret');
const acme = tenantId('acme');
const atLeast = { streamId: makeId('lead', '1'), version: 7 };

test('a token says what was signed, on every gateway with the same secret', async () => {
  expect(await createConsistencyTokens('secret').verify(acme, await tokens.sign(acme, atLeast))).toEqual(atLeast);
});

test('a token of another secret or another tenant is refused', async () => {
  const foreign = await createConsistencyTokens('other').sign(acme, atLeast);
  await expect(tokens.verify(acme, foreign)).rejects.toMatchObject({ extensions: { code: 'BAD_USER_INPUT' } });
  await expect(tokens.verify(tenantId('rival'), await tokens.sign(acme, atLeast))).rejects.toMatchObject({ extensions: { code: 'BAD_USER_INPUT' } });
});

test('no text, whatever it is, is more than refused', async () => {
  await fc.assert(
    fc.asyncProperty(fc.oneof(fc.string({ unit: 'binary' }), fc.base64String(), fc.constantFrom('.', 'a.b', '..', 'e30.')), async (text) => {
      const problem = await tokens.verify(acme, text).catch((error: unknown) => error);
      expect(isApiError(problem)).toBe(true);
    }),
  );
});
