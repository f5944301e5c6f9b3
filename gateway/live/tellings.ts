/** What changes come to, for groups that are told the same of a change though they want different ones: made once for all of them. */
import { createTeller, type Tell, type TellerOptions } from './teller.ts';
import type { LiveQuestion } from './live-question.ts';
import type { Frame } from './frame.ts';
import type { Identity } from '../../resolvers/context.ts';
import type { Delivered } from '../../platform/live-bus/live-bus.ts';
import { keyOf } from '../direct/question.ts';

export interface Telling {
  readonly tell: Tell;
  /** The group needs it no more. */
  leave(): void;
}

/** For one of those who ask. */
export type TellingOf = (question: LiveQuestion, asker: Identity) => Telling;

/** Results of late: for groups that are not all as far, and for members who come back a moment after each other. */
const RECENT_MAX = 256;

/** `onMade` is told of each result that was made. */
export function createTellings(options: TellerOptions, onMade: () => void): TellingOf {
  const tellings = new Map<string, { readonly tell: Tell; groups: number }>();
  return (question, asker) => {
    const key = keyOf(asker, question.authority, question.shown, 'live');
    const telling = tellings.get(key) ?? { tell: remembered(createTeller(options, question, asker), onMade), groups: 0 };
    tellings.set(key, telling);
    telling.groups += 1;
    return {
      tell: telling.tell,
      leave() {
        telling.groups -= 1;
        if (telling.groups === 0) tellings.delete(key);
      },
    };
  };
}

function remembered(tell: Tell, onMade: () => void): Tell {
  const recent = new Map<string, Promise<Frame | null>>();
  const make = async (message: Delivered): Promise<Frame | null> => {
    const frame = await tell(message);
    if (frame !== null) onMade();
    // Whoever asks again gets another chance.
    if (frame?.isWhole === false) recent.delete(message.cursor);
    return frame;
  };
  return (message) => {
    const known = recent.get(message.cursor);
    if (known !== undefined) return known;
    const made = make(message);
    recent.set(message.cursor, made);
    const [oldest] = recent.keys();
    if (recent.size > RECENT_MAX && oldest !== undefined) recent.delete(oldest);
    made.catch(() => recent.delete(message.cursor));
    return made;
  };
}
