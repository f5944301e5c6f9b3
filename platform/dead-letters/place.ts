/** Where a letter stands in the list: what `after` and `endCursor` of the port are. The list is sorted by this, newest first. */
import { isDeadLetterId } from '../../domain/ids.ts';
import { parseTime } from '../../domain/time.ts';
import type { DeadLetter } from './dead-letters.ts';

/** `at`, ISO 8601 UTC with milliseconds. */
export type LetterPlace = Pick<DeadLetter, 'at' | 'id'>;

export const placeOf = ({ at, id }: LetterPlace): string => `${at}|${id}`;

/** Null where the text is no place. */
export function parsePlace(text: string): LetterPlace | null {
  const [at = '', id = '', more] = text.split('|');
  return more === undefined && parseTime(at) === at && isDeadLetterId(id) ? { at, id } : null;
}
