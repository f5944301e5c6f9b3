/** The names that lists are asked by. Projections and resolvers take them from here, so that both say the same. */
import type { Role } from '../agent/agent.ts';
import type { AgentId } from '../ids.ts';
import type { LeadSource, Stage } from '../lead/lead.ts';
import type { PropertyStatus } from '../property/property.ts';
import type { Tier } from '../scoring/score.ts';

export const LEAD_ORDERS = ['SCORE', 'UPDATED', 'CREATED', 'DUE'] as const;
export type LeadOrder = (typeof LEAD_ORDERS)[number];
export const PROPERTY_ORDERS = ['PRICE', 'LISTED', 'UPDATED'] as const;
export type PropertyOrder = (typeof PROPERTY_ORDERS)[number];
export const AGENT_ORDERS = ['NAME', 'UPDATED'] as const;
export type AgentOrder = (typeof AGENT_ORDERS)[number];

export const LEAD_FIELDS = { score: 'score', updatedAt: 'updatedAt', due: 'due', createdAt: 'createdAt', lat: 'lat', lon: 'lon' } as const;
export const PROPERTY_FIELDS = { price: 'price', bedrooms: 'bedrooms', bathrooms: 'bathrooms', squareFeet: 'squareFeet' } as const;

export const tierFacet = (tier: Tier): string => `tier:${tier}`;
export const stageFacet = (stage: Stage): string => `stage:${stage}`;
export const sourceFacet = (source: LeadSource): string => `source:${source}`;
export const agentFacet = (agentId: AgentId): string => `agent:${agentId}`;
/** Case does not count. */
export const tagFacet = (tag: string): string => `tag:${fold(tag)}`;
/** Leads whose score waits for the AI to come back. */
export const DEGRADED_FACET = 'degraded:1';
export const statusFacet = (status: PropertyStatus): string => `status:${status}`;
export const zipFacet = (zip: string): string => `zip:${fold(zip)}`;
export const cityFacet = (city: string): string => `city:${fold(city)}`;
export const typeFacet = (propertyType: string): string => `type:${fold(propertyType)}`;
export const roleFacet = (role: Role): string => `role:${role}`;
export const AVAILABLE_FACET = 'available:1';

const fold = (text: string): string => text.trim().toLowerCase();

/** A score (0 to 100, two decimals) as text that sorts as the number; leads without one come last. */
export const scoreKey = (score: number | undefined): string => String(Math.round((score ?? 0) * 100)).padStart(5, '0');
/** A price in minor units as text that sorts as the number. */
export const priceKey = (priceMinor: number): string => String(priceMinor).padStart(PRICE_DIGITS, '0');
/** More than the greatest price has (limits.ts). */
const PRICE_DIGITS = 14;
