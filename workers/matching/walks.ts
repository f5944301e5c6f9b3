/**
 * Walks through all leads of a tenant, one at a time: what changes while one runs waits and shares the next. In bulk this saves most of
 * the walks, and no two of them send lists of one lead in an order that nobody knows.
 */
import type { PropertyId, TenantId } from '../../domain/ids.ts';
import type { PropertyChange } from './triggers.ts';

type Walk = (tenant: TenantId, changes: readonly PropertyChange[], signal: AbortSignal) => Promise<void>;

interface Waiting {
  readonly changes: Map<PropertyId, PropertyChange>;
  readonly signals: AbortSignal[];
  readonly done: Promise<void>;
}

const merged = (earlier: PropertyChange | undefined, change: PropertyChange): PropertyChange =>
  earlier === undefined ? change : { ...(earlier.version > change.version ? earlier : change), mayEnter: earlier.mayEnter || change.mayEnter };

/** Answers a function that resolves once a walk that began after the call has ended, and rejects as that does. */
export function createWalks(walk: Walk): (tenant: TenantId, changes: readonly PropertyChange[], signal: AbortSignal) => Promise<void> {
  const waiting = new Map<TenantId, Waiting>();
  const running = new Map<TenantId, Promise<void>>();

  async function begin(tenant: TenantId, changes: Waiting['changes'], signals: AbortSignal[]): Promise<void> {
    // How the walk before ended is told to those who shared it.
    await running.get(tenant)?.catch(() => undefined);
    waiting.delete(tenant);
    const ended = walk(tenant, [...changes.values()], AbortSignal.any(signals));
    running.set(tenant, ended);
    try {
      await ended;
    } finally {
      if (running.get(tenant) === ended) running.delete(tenant);
    }
  }

  function join(tenant: TenantId): Waiting {
    const open = waiting.get(tenant);
    if (open) return open;
    const changes: Waiting['changes'] = new Map();
    const signals: AbortSignal[] = [];
    const opened = { changes, signals, done: Promise.resolve().then(() => begin(tenant, changes, signals)) };
    waiting.set(tenant, opened);
    return opened;
  }

  return (tenant, changes, signal) => {
    const { changes: all, signals, done } = join(tenant);
    for (const change of changes) all.set(change.id, merged(all.get(change.id), change));
    signals.push(signal);
    return done;
  };
}
