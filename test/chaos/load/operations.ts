/** What a client does next: chosen by its own random numbers, so that a seed gives each client the same wishes again. */
import type { Random } from '../../../scripts/demo/random.ts';
import type { CommandType } from '../history.ts';
import type { KnownLead } from './world.ts';

export type Wait = 'ACCEPTED' | 'APPLIED' | 'VISIBLE';
type Input = Readonly<Record<string, unknown>>;

/** A command before it has its key. */
export interface Wish {
  readonly type: CommandType;
  readonly inputOf: (key: string) => Input;
  readonly lead: KnownLead | null;
  readonly expectedVersion: number | null;
}

const TAGS = ['vip', 'garden', 'first-home', 'investor', 'downtown', 'relocating'] as const;
const STAGES = ['CONTACTED', 'QUALIFIED', 'ENGAGED', 'APPOINTMENT', 'LOST', 'DORMANT'] as const;

/** People who become hot, warm and cold leads, so that their later commands go through all lanes. */
const HOT = {
  source: 'REFERRAL',
  intent: 'BUYER',
  preferences: { timeline: 'IMMEDIATE', financing: 'CASH', budgetMin: '500000.00', budgetMax: '550000.00' },
} as const;
const WARM = { source: 'PORTAL', intent: 'BUYER', preferences: { timeline: 'SOON', financing: 'PRE_APPROVED' } } as const;
const COLD = { source: 'OTHER' } as const;
const PEOPLE: readonly [Input, ...Input[]] = [HOT, HOT, WARM, COLD];
/** Lists that are imported hold few of the hot ones. */
const LISTED_PEOPLE: readonly [Input, ...Input[]] = [HOT, WARM, COLD, COLD];

const person = (kind: Input, key: string): Input => ({ firstName: 'Pat', lastName: key, email: `${key}@example.com`, ...kind });

/** Who comes in; `key` is in the name and in the email, so that it is told from everybody else and can be seen to be gone. */
export const newPerson = (random: Random, key: string): Input => person(random.pick(LISTED_PEOPLE), key);

export function createWish(random: Random): Wish {
  const kind = random.pick(PEOPLE);
  return { type: 'CreateLead', lead: null, expectedVersion: null, inputOf: (key) => person(kind, key) };
}

export const noteWish = (lead: KnownLead): Wish => ({
  type: 'AddNote',
  lead,
  expectedVersion: null,
  inputOf: (key) => ({ leadId: lead.id, text: `note ${key}` }),
});

/** `expectedVersion` null: whatever the version is by then. */
export const updateWish = (lead: KnownLead, expectedVersion: number | null): Wish => ({
  type: 'UpdateLead',
  lead,
  expectedVersion,
  inputOf: (key) => ({ leadId: lead.id, lastName: key }),
});

const tagWish = (random: Random, lead: KnownLead): Wish => {
  const tag = random.pick(TAGS);
  return { type: random.chance(0.6) ? 'AddTag' : 'RemoveTag', lead, expectedVersion: null, inputOf: () => ({ leadId: lead.id, tag }) };
};

const interactionWish = (random: Random, lead: KnownLead): Wish => {
  const isMessage = random.chance(0.5);
  return {
    type: 'RecordInteraction',
    lead,
    expectedVersion: null,
    inputOf: (key) =>
      isMessage
        ? { leadId: lead.id, kind: 'MESSAGE_IN', channel: 'SMS', text: `We pay cash, asap, is it closing? ${key}` }
        : { leadId: lead.id, kind: 'PAGE_VIEW', url: `https://example.com/${key}` },
  };
};

const stageWish = (random: Random, lead: KnownLead): Wish => {
  const stage = random.pick(STAGES);
  return { type: 'ChangeStage', lead, expectedVersion: null, inputOf: (key) => ({ leadId: lead.id, stage, reason: `because ${key}` }) };
};

export const eraseWish = (lead: KnownLead): Wish => ({ type: 'EraseLead', lead, expectedVersion: null, inputOf: () => ({ leadId: lead.id }) });

/** Something that is done with a lead that is there. */
export function leadWish(random: Random, lead: KnownLead): Wish {
  const dice = random.next();
  if (dice < 0.4) return noteWish(lead);
  if (dice < 0.6) return updateWish(lead, random.chance(0.3) ? lead.version : null);
  if (dice < 0.75) return tagWish(random, lead);
  if (dice < 0.9) return interactionWish(random, lead);
  return dice < 0.985 ? stageWish(random, lead) : eraseWish(lead);
}

export const waitWish = (random: Random): Wait => {
  const dice = random.next();
  if (dice < 0.7) return 'ACCEPTED';
  return dice < 0.85 ? 'APPLIED' : 'VISIBLE';
};

/** The same wish in other words, with a marker of its own. */
export const otherBodyOf = (type: CommandType, input: Input, marker: string): Input => {
  switch (type) {
    case 'CreateLead':
      return { ...input, lastName: marker, email: `${marker}@example.com` };
    case 'UpdateLead':
      return { ...input, lastName: marker };
    default:
      return { leadId: input['leadId'], text: `note ${marker}` };
  }
};
