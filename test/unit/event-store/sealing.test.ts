import { describe, expect, it } from 'vitest';
import { newSubjectKey, seal, unseal } from '../../../platform/event-store/sealing.ts';

const PLACE = 'acme|lead_1|1|LeadCreated';
const NONCE = { from: 1, to: 13 };
/** More than the nonces that are fetched at once. */
const MANY = 3_000;
const REFUSED = /unable to authenticate|unknown format/;

describe('a sealed fact', () => {
  it.each(['', '{"a":1}', '\u0000 é 漢 😀', 'x'.repeat(100_000)])('comes back as it was: %.20s', (plain) => {
    const key = newSubjectKey();
    expect(unseal(key, PLACE, seal(key, PLACE, plain))).toBe(plain);
  });

  it('has a nonce that no other has', () => {
    const key = newSubjectKey();
    const nonces = Array.from({ length: MANY }, () => seal(key, PLACE, 'the same').subarray(NONCE.from, NONCE.to).toString('hex'));
    expect(new Set(nonces).size).toBe(MANY);
  });

  it('cannot be read with another key, in another place, or where a bit of it changed', () => {
    const key = newSubjectKey();
    const sealed = seal(key, PLACE, 'secret');
    expect(() => unseal(newSubjectKey(), PLACE, sealed)).toThrow(REFUSED);
    expect(() => unseal(key, 'acme|lead_2|1|LeadCreated', sealed)).toThrow(REFUSED);
    for (let at = 0; at < sealed.length; at += 1) {
      const changed = Buffer.from(sealed);
      changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
      expect(() => unseal(key, PLACE, changed)).toThrow(REFUSED);
    }
  });
});
