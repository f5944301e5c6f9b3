/** How much a message tells, 0 to 1: its length, its questions, and its strongest word (docs, "The domain"). */
const FULL_LENGTH = 200;
const FULL_QUESTIONS = 3;

/** Words begin where they stand ("ready", not "already"), and may go on ("prices"). Strongest first. */
const KEYWORDS: readonly { readonly worth: number; readonly words: RegExp }[] = [
  { worth: 0.5, words: /\b(?:cash buyer|asap|immediately)/i },
  { worth: 0.4, words: /\b(?:pre-?\s?approved|closing|urgent)/i },
  { worth: 0.3, words: /\b(?:budget|serious|ready)/i },
  { worth: 0.2, words: /\b(?:financing|price|location|bedrooms)/i },
];

export function messageQuality(text: string): number {
  const length = Math.min(text.length / FULL_LENGTH, 1);
  const questions = Math.min((text.split('?').length - 1) / FULL_QUESTIONS, 1);
  const keyword = KEYWORDS.find(({ words }) => words.test(text))?.worth ?? 0;
  return Math.min(0.3 * length + 0.4 * questions + keyword, 1);
}
