/** The loaders of one request: each view is read once, all of a tick together. */
import type DataLoader from 'dataloader';
import type { Agent } from '../../domain/agent/agent.ts';
import type { TenantId } from '../../domain/ids.ts';
import type { Lead } from '../../domain/lead/lead.ts';
import type { CommandReceipt } from '../../domain/messages.ts';
import type { Property } from '../../domain/property/property.ts';
import type { Timing } from '../ports.ts';
import type { Reads } from '../reads.ts';
import type { VersionAtLeast } from '../consistency-token.ts';
import { createReceiptLoader, type ReceiptPorts } from './receipt-loader.ts';
import { createViewLoader } from './view-loader.ts';

/** Each answers null where there is nothing (of this tenant). They throw ApiError: UNAVAILABLE, or BAD_USER_INPUT for a bad token. */
export interface Loaders {
  lead(id: string): Promise<Lead | null>;
  property(id: string): Promise<Property | null>;
  agent(id: string): Promise<Agent | null>;
  command(id: string): Promise<CommandReceipt | null>;
  /** From now on, what is loaded of this stream is at least that new. */
  require(atLeast: VersionAtLeast): void;
  /** Puts in what a list has brought along, unless something newer is asked for. */
  prime(lead: Lead): void;
  /** Forgets everything: for subscriptions, between two results. */
  reset(): void;
}

export interface LoaderOptions {
  readonly tenant: TenantId;
  readonly ports: ReceiptPorts;
  readonly timing: Timing;
  /** From the request's consistency tokens. */
  readonly required: Promise<readonly VersionAtLeast[]> | undefined;
  readonly reads: Reads;
}

export function createLoaders({ tenant, ports, timing, required, reads }: LoaderOptions): Loaders {
  const floors = new Map<string, number>();
  const require = ({ streamId, version }: VersionAtLeast): void => {
    floors.set(streamId, Math.max(version, floors.get(streamId) ?? 0));
    all.forEach((loader) => loader.clear(streamId));
  };
  const base = { tenant, ports, timing, floors, reads, ready: required?.then((tokens) => tokens.forEach(require)) };
  const leads = createViewLoader<Lead>({ ...base, kind: 'lead' });
  const properties = createViewLoader<Property>({ ...base, kind: 'property' });
  const agents = createViewLoader<Agent>({ ...base, kind: 'agent' });
  const commands = createReceiptLoader(tenant, ports, reads);
  const all = [leads, properties, agents, commands];
  const noted = <View>(kind: 'lead' | 'property' | 'agent', id: string, loader: DataLoader<string, View | null>): Promise<View | null> => {
    reads.view(kind, id);
    return loader.load(id);
  };
  // A bad token is told to whoever loads something; where nothing is loaded, nobody is wronged.
  base.ready?.catch(() => undefined);

  return {
    lead: (id) => noted('lead', id, leads),
    property: (id) => noted('property', id, properties),
    agent: (id) => noted('agent', id, agents),
    command(id) {
      reads.never();
      return commands.load(id);
    },
    require,
    prime: (lead) => {
      if (required === undefined && !floors.has(lead.id)) leads.prime(lead.id, lead);
    },
    reset: () => all.forEach((loader) => loader.clearAll()),
  };
}
