/** Facts, commands and listings that many tests begin with. */
import type { Interaction, LeadPatch } from '../../domain/lead/commands.ts';
import type { InteractionRecorded, LeadCreated, LeadScored } from '../../domain/lead/events.ts';
import type { PropertyMatch } from '../../domain/matching/property-match.ts';
import { makeId } from '../../domain/ids.ts';
import type { PropertyDetails } from '../../domain/property/property.ts';
import type { LeadScore } from '../../domain/scoring/score.ts';
import { NOW } from './given.ts';

export const created = (lead: LeadPatch = { firstName: 'Ada' }, more: Partial<LeadCreated> = {}): LeadCreated => ({
  type: 'LeadCreated',
  lead,
  tags: [],
  madeUp: false,
  ...more,
});

export const happened = (interaction: Interaction): InteractionRecorded => ({ type: 'InteractionRecorded', interaction });
export const wrote = (text: string, at: string = NOW): InteractionRecorded => happened({ kind: 'MESSAGE_IN', at, text, channel: 'sms' });
export const weWrote = (text: string, at: string = NOW): InteractionRecorded => happened({ kind: 'MESSAGE_OUT', at, text, channel: 'sms' });

export const scoreOf = (value: number, more: Partial<LeadScore> = {}): LeadScore => ({
  value,
  confidence: 0.8,
  tier: value >= 70 ? 'HOT' : value >= 50 ? 'WARM' : 'COLD',
  source: 'AI',
  factors: [],
  reasons: [],
  modelVersion: 'test-1',
  scoredAt: NOW,
  degraded: false,
  ...more,
});

export const scored = (value: number, more: Partial<LeadScored> = {}): LeadScored => ({
  type: 'LeadScored',
  score: scoreOf(value),
  previous: null,
  tierChanged: true,
  basedOnVersion: 1,
  ...more,
});

export const matchOf = (property: number | string, score: number): PropertyMatch => ({
  propertyId: makeId('property', String(property)),
  score,
  confidence: 1,
  reasons: [],
  matchedAt: NOW,
});

export const listing = (more: Partial<PropertyDetails> = {}): PropertyDetails => ({
  externalId: '7129300520',
  status: 'ACTIVE',
  priceMinor: 40_000_000,
  bedrooms: 3,
  bathrooms: 2,
  squareFeet: 1_800,
  propertyType: 'SINGLE_FAMILY',
  zip: '98052',
  city: 'Redmond',
  point: { lat: 47.67, lon: -122.12 },
  features: ['Garage', 'Heated pool'],
  listedAt: '2026-03-01T00:00:00.000Z',
  ...more,
});
