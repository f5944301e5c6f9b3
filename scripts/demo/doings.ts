/** What made-up leads do, so that their scores move. */
import type { PropertyId } from '../../domain/ids.ts';
import type { Interaction } from '../../domain/lead/commands.ts';
import { MESSAGES } from './people.ts';
import type { Random } from './random.ts';

export interface DemoHome {
  readonly id: PropertyId;
  readonly priceMinor: number;
}

/** One thing that a lead does at `at`; `homes` are those it looks at. */
export function makeInteraction(random: Random, homes: readonly [DemoHome, ...DemoHome[]], at: string): Interaction {
  const home = random.pick(homes);
  const property = { at, propertyId: home.id, priceMinor: home.priceMinor } as const;
  const roll = random.next();
  if (roll < 0.16) return { kind: 'EMAIL_SENT', at, subject: 'Homes that fit your search' };
  if (roll < 0.28) return { kind: 'EMAIL_OPENED', at };
  if (roll < 0.34) return { kind: 'EMAIL_CLICKED', at };
  if (roll < 0.46) return { kind: 'MESSAGE_IN', at, text: random.pick(MESSAGES), channel: 'SMS' };
  if (roll < 0.56) return { kind: 'MESSAGE_OUT', at, text: 'Happy to help. When would suit you?', channel: 'SMS' };
  if (roll < 0.72) return { kind: 'PAGE_VIEW', at, url: '/homes' };
  if (roll < 0.88) return { kind: 'PROPERTY_VIEWED', ...property };
  if (roll < 0.93) return { kind: 'PROPERTY_SAVED', ...property };
  if (roll < 0.96) return { kind: 'PROPERTY_INQUIRED', ...property };
  if (roll < 0.98) return { kind: 'PROPERTY_PASSED', ...property };
  return { kind: 'PROPERTY_TOURED', ...property };
}
