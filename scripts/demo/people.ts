/** People that do not exist: every name, address and word of the demo is made up, and the leads and agents say so (`madeUp`). */
import type { AgentDetails } from '../../domain/agent/agent.ts';
import type { LeadPatch } from '../../domain/lead/commands.ts';
import type { LeadSource, Timeline } from '../../domain/lead/lead.ts';
import type { PropertyDetails } from '../../domain/property/property.ts';
import type { Random } from './random.ts';

const FIRST_NAMES = [
  'Ada',
  'Ben',
  'Clara',
  'Diego',
  'Elif',
  'Farid',
  'Grace',
  'Hiro',
  'Ines',
  'Jonas',
  'Keiko',
  'Liam',
  'Maya',
  'Noor',
  'Oscar',
  'Priya',
  'Quinn',
  'Rosa',
  'Sam',
  'Tara',
  'Uma',
  'Viktor',
  'Wen',
  'Xenia',
  'Yusuf',
  'Zoe',
] as const;
const LAST_NAMES = [
  'Abbott',
  'Becker',
  'Castillo',
  'Dalton',
  'Eriksen',
  'Fischer',
  'Garcia',
  'Hughes',
  'Ivanov',
  'Jensen',
  'Kim',
  'Lopez',
  'Meyer',
  'Nakamura',
  'Okafor',
  'Patel',
  'Quigley',
  'Rossi',
  'Singh',
  'Tanaka',
  'Underwood',
  'Vega',
  'Walker',
  'Young',
  'Zhang',
] as const;
const SOURCES = [
  'REFERRAL',
  'PAST_CLIENT',
  'ORGANIC_SEARCH',
  'PORTAL',
  'PORTAL',
  'WEBSITE_FORM',
  'WEBSITE_FORM',
  'PAID_ADS',
  'SOCIAL',
  'OPEN_HOUSE',
  'PURCHASED',
] as const satisfies readonly LeadSource[];
const TIMELINES = ['IMMEDIATE', 'SOON', 'SOON', 'EXPLORING', 'EXPLORING', 'UNKNOWN'] as const satisfies readonly Timeline[];
const FINANCINGS = ['CASH', 'PRE_APPROVED', 'PRE_QUALIFIED', 'NOT_STARTED', 'UNKNOWN'] as const;
const TIMELINE_WORDS: Readonly<Record<Timeline, string | undefined>> = {
  IMMEDIATE: 'We need to move within the month.',
  SOON: 'Some time this season.',
  EXPLORING: 'Just looking around for now.',
  UNKNOWN: undefined,
};

export const MESSAGES = [
  'Is this one still available? When can I see it?',
  'We are pre-approved and would like to see it this weekend. Is Saturday possible?',
  'Looking for 3 bedrooms in this area',
  'Cash buyer here. Can we close quickly? What is the lowest price? Who do I talk to?',
  'just looking',
  'What would the financing look like for this price?',
  'Thanks, I will think about it.',
  'We are serious and ready. Our budget is fixed, but the location is perfect.',
  'How old is the roof? Any work done on the kitchen lately? Is the price negotiable?',
] as const;

const AGENT_NAMES = ['Morgan Reyes', 'Jamie Lindqvist', 'Taylor Osei', 'Robin Castellanos', 'Alex Brandt'] as const;

/** Five agents with their own zip codes. */
export function makeAgents(homes: readonly PropertyDetails[]): AgentDetails[] {
  const zips = [...new Set(homes.map(({ zip }) => zip))].sort();
  return AGENT_NAMES.map((name, index) => ({
    name,
    email: `${name.toLowerCase().replace(' ', '.')}@demo.example`,
    role: index === 0 ? 'MANAGER' : 'AGENT',
    territory: { zips: zips.filter((_, position) => position % AGENT_NAMES.length === index) },
    capacity: 120,
    available: true,
    timeZone: 'America/Los_Angeles',
    madeUp: true,
  }));
}

/** A buyer who could want one of the homes: the budget lies around its price. */
export function makeLead(random: Random, number: number, home: PropertyDetails): LeadPatch {
  const [firstName, lastName] = [random.pick(FIRST_NAMES), random.pick(LAST_NAMES)];
  const timeline = random.pick(TIMELINES);
  const budget = Math.round((home.priceMinor * (0.85 + random.next() * 0.4)) / 500_000) * 500_000;
  return {
    firstName,
    lastName,
    email: `${firstName}.${lastName}.${number}@leads.example`.toLowerCase(),
    phone: `+1206555${String(number % 10_000).padStart(4, '0')}`,
    source: random.pick(SOURCES),
    intent: random.chance(0.9) ? 'BUYER' : 'BOTH',
    preferences: {
      budgetMinMinor: random.chance(0.5) ? Math.round((budget * 0.7) / 500_000) * 500_000 : undefined,
      budgetMaxMinor: random.chance(0.9) ? budget : undefined,
      financing: random.pick(FINANCINGS),
      timeline,
      timelineWords: TIMELINE_WORDS[timeline],
      locations: [home.zip],
      bedroomsMin: Math.max(1, home.bedrooms - random.between(0, 1)),
      bathroomsMin: Math.max(1, Math.floor(home.bathrooms)),
      propertyTypes: [home.propertyType],
      point: home.point,
    },
    timeZone: 'America/Los_Angeles',
  };
}
