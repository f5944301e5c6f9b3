/** A person who works leads. */
import type { AgentId, TenantId } from '../ids.ts';

export const ROLES = ['AGENT', 'MANAGER', 'ADMIN'] as const;
export type Role = (typeof ROLES)[number];

export interface AgentDetails {
  readonly name: string;
  readonly email: string;
  readonly phone?: string | undefined;
  readonly role: Role;
  readonly territory: { readonly zips: readonly string[]; readonly priceMinMinor?: number | undefined; readonly priceMaxMinor?: number | undefined };
  /** Open leads that the agent can hold. */
  readonly capacity: number;
  readonly available: boolean;
  /** IANA name. */
  readonly timeZone: string;
  /** True for agents that the demo made up. */
  readonly madeUp: boolean;
}

export interface Agent extends AgentDetails {
  readonly tenant: TenantId;
  readonly id: AgentId;
  readonly version: number;
  readonly createdAt: string;
  readonly updatedAt: string;
}
