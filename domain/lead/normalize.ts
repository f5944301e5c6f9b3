/** How contact data is written down: one way for one person, so that the same email or phone is found again. */
import { line, list, text, type Check } from '../checks.ts';
import { LIMITS } from '../limits.ts';
import { Problem } from '../problem.ts';

const EMAIL = /^[^\s@"(),:;<>[\]\\]{1,64}@(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?\.)+[\p{L}\p{N}-]{2,63}$/u;

/** Case-folded and checked for its syntax; whether anybody reads it is not known. */
export const normalizeEmail: Check<string> = (value, field) => {
  const checked = line(LIMITS.emailLength)(value, field);
  if (checked instanceof Problem) return checked;
  const folded = checked.toLowerCase();
  return EMAIL.test(folded) && !folded.includes('..') ? folded : new Problem(field, 'is not an email address');
};

const PHONE_SIGNS = /[\s().\-/]/g;
const E164 = /^\+[1-9]\d{7,14}$/;

/** E.164. A number that begins with + is kept; 10 digits, or 11 that begin with 1, are taken for a US number. */
export const normalizePhone: Check<string> = (value, field) => {
  const checked = line(LIMITS.nameLength)(value, field);
  if (checked instanceof Problem) return checked;
  const bare = checked.replace(PHONE_SIGNS, '');
  const international = /^\d{10}$/.test(bare) ? `+1${bare}` : /^1\d{10}$/.test(bare) ? `+${bare}` : bare;
  return E164.test(international) ? international : new Problem(field, 'is not a phone number: 10 digits, or + with the country and 8 to 15 digits');
};

export const normalizeName: Check<string> = line(LIMITS.nameLength);
/** A tag keeps its spelling; two tags that differ by case only are one. */
export const normalizeTag: Check<string> = line(LIMITS.tagLength);
export const normalizeTags: Check<readonly string[]> = list(normalizeTag, LIMITS.tags);
export const normalizeNote: Check<string> = text(LIMITS.noteLength, 1);

/** True where two tags are one. */
export const sameTag = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();
