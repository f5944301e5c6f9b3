/** Text search: the words that a view is found by, and those that a query asks for. A query's word finds what begins with it. */

/** Case and accents do not count. */
const folded = (text: string): string =>
  text
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase();
const WORDS_MAX = 200;

/** Each text as it stands between spaces, and its parts between other signs; no repeats. */
export function searchWords(texts: readonly (string | undefined)[]): readonly string[] {
  const words = texts.flatMap((text) => (text === undefined ? [] : wordsOf(folded(text))));
  return [...new Set(words)].slice(0, WORDS_MAX);
}

const wordsOf = (text: string): string[] =>
  text
    .split(/\s+/)
    .flatMap((word) => [trimmed(word), ...word.split(/[^\p{L}\p{N}]+/u)])
    .filter((word) => word !== '');

/** Without brackets, quotes and commas around it; an email stays whole. */
const trimmed = (word: string): string => word.replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, '');

/** A phone number's digits; of a US number also without the country code, and without the area code. */
export const phoneWords = (phone: string | undefined): readonly string[] => {
  const digits = phone?.replace(/\D/g, '') ?? '';
  if (digits === '') return [];
  return digits.length === 11 && digits.startsWith('1') ? [digits, digits.slice(1), digits.slice(4)] : [digits];
};

const PHONE_SIGNS_ONLY = /^\+?[\d\s().-]+$/;
const ZIP_CODES = /^\d{5}(?:\s+\d{5})+$/;
const PHONE_DIGITS_MIN = 7;

/** The words of what somebody typed; a phone number is one word, however it is written. */
export function queryWords(query: string): readonly string[] {
  const text = query.trim();
  const phone = phoneIn(text);
  if (phone !== null) return [phone];
  return [
    ...new Set(
      folded(text)
        .split(/\s+/)
        .map(trimmed)
        .filter((word) => word !== ''),
    ),
  ];
}

function phoneIn(text: string): string | null {
  const digits = text.replace(/\D/g, '');
  return digits.length >= PHONE_DIGITS_MIN && PHONE_SIGNS_ONLY.test(text) && !ZIP_CODES.test(text) ? digits : null;
}
