/** The loaders of one request: what is in memory at once (L1), all else once each, all of a tick together. */
import type { Agent } from '../../domain/agent/agent.ts';
import type { TenantId } from '../../domain/ids.ts';
import type { Lead } from '../../domain/lead/lead.ts';
import type { CommandReceipt } from '../../domain/messages.ts';
import type { Property } from '../../domain/property/property.ts';
import type { Explanation } from '../explanation.ts';
import { andThen, type MaybePromise } from '../maybe-promise.ts';
import type { Reads } from '../reads.ts';
import type { VersionAtLeast } from '../consistency-token.ts';
import { createReceiptLoader, type ReceiptPorts } from './receipt-loader.ts';
import { untilShown } from './shown-versions.ts';
import { createViewLoader, type LoaderShared, type ViewLoader } from './view-loader.ts';

/** Each answers null where there is nothing (of this tenant). They throw ApiError: UNAVAILABLE, or BAD_USER_INPUT for a bad token. */
export interface Loaders {
  lead(id: string): MaybePromise<Lead | null>;
  property(id: string): MaybePromise<Property | null>;
  agent(id: string): MaybePromise<Agent | null>;
  command(id: string): Promise<CommandReceipt | null>;
  /** From now on, what is loaded of this stream is at least that new. */
  require(atLeast: VersionAtLeast): void;
  /** The least version that tokens ask of the stream; 0: any will do. Throws ApiError (BAD_USER_INPUT). */
  versionMin(id: string): MaybePromise<number>;
  /** Undefined where the request has no tokens; else resolves once lists are as new as they ask. Throws ApiError (UNAVAILABLE, BAD_USER_INPUT). */
  listsAreNewEnough(): Promise<void> | undefined;
  /** A page of a list, read once for the request. */
  page<Page>(key: string, read: () => Promise<Page>): Promise<Page>;
  /** Forgets everything, and takes nothing that may be old from then on: for subscriptions, before each result. */
  reset(): void;
}

export interface LoaderOptions {
  readonly tenant: TenantId;
  readonly ports: ReceiptPorts;
  readonly shared: LoaderShared;
  /** From the request's consistency tokens. */
  readonly required: Promise<readonly VersionAtLeast[]> | undefined;
  readonly reads: Reads;
  readonly explanation?: Explanation | undefined;
}

export function createLoaders({ tenant, ports, shared, required, reads, explanation }: LoaderOptions): Loaders {
  const floors = new Map<string, number>();
  const raise = ({ streamId, version }: VersionAtLeast): void => void floors.set(streamId, Math.max(version, floors.get(streamId) ?? 0));
  const require = (atLeast: VersionAtLeast): void => {
    raise(atLeast);
    for (const loader of Object.values(made)) loader.forget(atLeast.streamId);
  };
  const base = { tenant, ports, shared, floors, reads, explanation, ready: required?.then((tokens) => tokens.forEach(raise)) };
  // Most requests need one or two of them, and no page that is not in memory.
  const made: { lead?: ViewLoader<Lead>; property?: ViewLoader<Property>; agent?: ViewLoader<Agent> } = {};
  let pages: Map<string, Promise<unknown>> | undefined;
  let shown: Promise<void> | undefined;
  let commands: ReturnType<typeof createReceiptLoader> | undefined;
  // A bad token is told to whoever loads something; where nothing is loaded, nobody is wronged.
  base.ready?.catch(() => undefined);

  return {
    lead: (id) => (made.lead ??= createViewLoader<Lead>({ ...base, kind: 'lead' })).load(id),
    property: (id) => (made.property ??= createViewLoader<Property>({ ...base, kind: 'property' })).load(id),
    agent: (id) => (made.agent ??= createViewLoader<Agent>({ ...base, kind: 'agent' })).load(id),
    command(id) {
      reads.never();
      return (commands ??= createReceiptLoader(tenant, ports, reads)).load(id);
    },
    require,
    versionMin: (id) => andThen(base.ready, () => floors.get(id) ?? 0),
    listsAreNewEnough: () => (shown ??= required?.then((tokens) => untilShown(ports, tenant, tokens, shared.timing.versionWaitMs))),
    page<Page>(key: string, read: () => Promise<Page>) {
      pages ??= new Map();
      const page = (pages.get(key) as Promise<Page> | undefined) ?? read();
      pages.set(key, page);
      return page;
    },
    reset() {
      reads.age.takesStale = false;
      pages?.clear();
      for (const loader of Object.values(made)) loader.reset();
      commands?.clearAll();
    },
  };
}
