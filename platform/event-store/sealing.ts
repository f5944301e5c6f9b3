/**
 * Personal data under a key of its own for each lead, so that erasing the lead means destroying the key (crypto-shredding).
 * AES-256-GCM; the place of the fact is bound in, so that a sealed fact cannot stand in for another.
 */
import { createCipheriv, createDecipheriv, createSecretKey, randomBytes, randomFillSync, type KeyObject } from 'node:crypto';
import { isId, type StreamId } from '../../domain/ids.ts';
import type { DomainEvent } from '../../domain/messages.ts';

/** 1 byte of format, 12 of nonce, 16 of tag, then the ciphertext. */
const FORMAT = 1;
const FORMAT_BYTE = Buffer.of(FORMAT);
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const HEAD_BYTES = 1 + NONCE_BYTES + TAG_BYTES;

/**
 * The key of one lead, made once for each stream. Given plain bytes, Node finds out at each use that they are no key object (Node 24: 13 µs a fact
 * instead of 4), and making the object for each fact costs a third of sealing it.
 */
export type SubjectKey = KeyObject;

const KEY_BYTES = 32;

export const newSubjectKey = (): SubjectKey => createSecretKey(randomBytes(KEY_BYTES));
export const subjectKey = (bytes: Buffer): SubjectKey => createSecretKey(bytes);
/** As it is stored. */
export const keyText = (key: SubjectKey): string => key.export().toString('base64');

/** Random bytes are fetched for many nonces at once: one at a time costs as much as sealing does. */
const nonces = Buffer.alloc(NONCE_BYTES * 1_024);
let nextNonce = nonces.length;

/** Only good until the next one is asked for. */
function takeNonce(): Buffer {
  if (nextNonce === nonces.length) {
    randomFillSync(nonces);
    nextNonce = 0;
  }
  nextNonce += NONCE_BYTES;
  return nonces.subarray(nextNonce - NONCE_BYTES, nextNonce);
}

/** Facts about people are sealed. That a lead was erased is none about a person, and homes and the team's own agents are not subjects. */
export const isSealed = (streamId: StreamId, type: DomainEvent['type']): boolean => isId('lead', streamId) && type !== 'LeadErased';

/** `place` names the fact: tenant, stream, version and type. */
export function seal(key: SubjectKey, place: string, plain: string): Buffer {
  const nonce = takeNonce();
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(Buffer.from(place));
  // This mode encrypts as a stream: what ends it adds the tag and no bytes.
  const body = cipher.update(plain, 'utf8');
  cipher.final();
  return Buffer.concat([FORMAT_BYTE, nonce, cipher.getAuthTag(), body]);
}

/** Throws where the bytes are not what was sealed with this key in this place. */
export function unseal(key: SubjectKey, place: string, sealed: Buffer): string {
  if (sealed[0] !== FORMAT) throw new Error(`sealed data of an unknown format ${sealed[0]} at ${place}`);
  const nonce = sealed.subarray(1, 1 + NONCE_BYTES);
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.from(place));
  decipher.setAuthTag(sealed.subarray(1 + NONCE_BYTES, HEAD_BYTES));
  const plain = decipher.update(sealed.subarray(HEAD_BYTES));
  decipher.final();
  return plain.toString('utf8');
}
