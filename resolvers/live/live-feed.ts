/**
 * The news of the whole process: one subscription to the live bus, fanned out to bounded queues by tenant.
 * Nobody hears of another tenant, and nobody waits for a slow reader.
 */
import type { TenantId } from '../../domain/ids.ts';
import type { Changes } from '../../platform/cache/changes.ts';
import type { Delivered, LiveBus, LiveBusSubscription } from '../../platform/live-bus/live-bus.ts';
import type { Logger } from '../../platform/telemetry/logger.ts';
import { reloadRequired, unavailable, type ApiError } from '../errors.ts';
import type { Subscriber, FeedItem, PastPage } from './subscriber.ts';

export interface OpenOptions {
  /** Resume behind it; absent: from now on. */
  readonly after?: string | null | undefined;
  readonly accept: (message: Delivered) => boolean;
}

export interface LiveFeed {
  /** Messages of the tenant, in order. Throws ApiError (UNAVAILABLE) where the bus cannot be reached. */
  open(tenant: TenantId, options: OpenOptions): Promise<AsyncIterableIterator<FeedItem>>;
  /**
   * Calls `listener` for each message of the tenant until the answer is called, and `onMissed` where messages were lost: then it hears no more of what
   * was before. Resolves once it listens; rejects like open.
   */
  listen(tenant: TenantId, listener: (message: Delivered) => void, onMissed?: () => void): Promise<() => void>;
  /** A page of the tenant's messages behind `cursor`, or why there is none: RELOAD_REQUIRED where they are gone, UNAVAILABLE. */
  past(tenant: TenantId, cursor: string): Promise<PastPage | ApiError>;
  /** The newest cursor of the tenant; '' where there is none. Rejects like open. */
  latest(tenant: TenantId): Promise<string>;
  /**
   * True while every change that was announced more than a moment ago has been heard of: what was kept of earlier reads can be relied on. At most
   * a second passes before silence makes it false.
   */
  isTrusted(): boolean;
  /** Since the live bus last showed that it lives; Infinity before it is heard for the first time, and while it is lost. */
  silentMs(): number;
  /** Subscribers of the process, for metrics. */
  subscribers(): number;
  /** Tells every subscriber where to resume, and ends. Safe to call twice. */
  close(): Promise<void>;
}

export interface FeedOptions {
  /** Messages that may wait for one subscriber. */
  readonly queueMax?: number | undefined;
  /** Messages of one step of catching up. */
  readonly pageMax?: number | undefined;
  /** Told of every message, before anybody else is. */
  readonly changes?: Pick<Changes, 'heard' | 'missed'> | undefined;
  /** Told of each command that became VISIBLE: milliseconds from then until this process knew, and with that all its caches. By the clocks of two machines. */
  readonly onVisible?: ((lagMs: number) => void) | undefined;
  /** False: the bus is followed only while somebody wants its news, and nothing is taken on trust. */
  readonly listens?: boolean | undefined;
}

/** Silence of the bus that is taken on trust, and the one after which it is asked to prove itself. */
const TRUSTED_MS = 1_000;
const PROVE_AFTER_MS = 600;

const NOT_LIVE = 'live news cannot be had at the moment';
/** Why a subscription ends where this process did not hear everything. */
export const NEWS_LOST = 'some news may have been lost; resume to have them';
export const STOPPING = 'this process is stopping; resume at another';

interface Listener {
  readonly heard: (message: Delivered) => void;
  readonly missed: () => void;
}

export function createLiveFeed(
  bus: LiveBus,
  logger: Logger,
  { queueMax = 1_000, pageMax = 500, changes, onVisible, listens = true }: FeedOptions = {},
): LiveFeed {
  const listeners = new Map<TenantId, Set<Listener>>();
  const open = new Set<Subscriber>();
  let subscription: Promise<LiveBusSubscription> | undefined;
  let started: LiveBusSubscription | undefined;
  let closed = false;

  const deliver = (message: Delivered): void => {
    changes?.heard(message);
    // What became visible was told before that, on the same bus.
    if (message.kind === 'command' && message.events.includes('VISIBLE')) onVisible?.(Math.max(0, Date.now() - Date.parse(message.at)));
    tell(message.tenant, ({ heard }) => heard(message));
  };
  const missed = (tenant: TenantId): void => {
    changes?.missed(tenant);
    tell(tenant, (listener) => listener.missed());
  };
  const tell = (tenant: TenantId, what: (listener: Listener) => void): void => {
    for (const listener of listeners.get(tenant) ?? []) {
      try {
        what(listener);
      } catch (error) {
        logger.error({ error: String(error) }, 'a listener of the live feed failed; the others go on');
      }
    }
  };
  const ready = async (): Promise<void> => {
    if (closed) throw unavailable('this process is stopping');
    subscription ??= bus.subscribe(deliver, (state) => logger.info({ state }, 'live bus'), missed);
    try {
      started = await subscription;
    } catch (error) {
      subscription = undefined; // The next one tries again.
      throw unavailable(NOT_LIVE, error);
    }
  };
  const listen = (tenant: TenantId, listener: Listener): (() => void) => {
    const ofTenant = listeners.get(tenant) ?? new Set();
    listeners.set(tenant, ofTenant.add(listener));
    return () => {
      ofTenant.delete(listener);
      if (ofTenant.size === 0 && listeners.get(tenant) === ofTenant) listeners.delete(tenant);
      if (listeners.size === 0 && !listens) void letGo();
    };
  };
  const letGo = async (): Promise<void> => {
    const running = subscription;
    subscription = undefined;
    started = undefined;
    await (await running?.catch(() => undefined))?.stop();
  };
  const pageBehind = async (tenant: TenantId, cursor: string): Promise<PastPage | ApiError> => {
    try {
      const page = await bus.since(tenant, cursor, pageMax);
      if (!page.complete) return reloadRequired(await bus.latest(tenant));
      return { messages: page.messages, more: page.messages.length >= pageMax };
    } catch (error) {
      return unavailable('older news cannot be had at the moment', error);
    }
  };

  return {
    async open(tenant, { after, accept }) {
      // Loaded when somebody first follows: at the edge that is seldom.
      const [{ Subscriber: Follower }] = await Promise.all([import('./subscriber.ts'), ready()]);
      // First listen, then look back: what comes meanwhile waits in the queue, and the seam is told by the order of cursors.
      // Null: some were lost.
      const early: (Delivered | null)[] = [];
      let push = (message: Delivered | null): void => void early.push(message);
      const unlisten = listen(tenant, { heard: (message) => push(message), missed: () => push(null) });
      try {
        const latest = after ?? (await bus.latest(tenant));
        const subscriber: Subscriber = new Follower({
          accept,
          queueMax,
          // Nobody can say what lies before the first early message: to resume from there would mean to reload. Behind a cursor of its own nothing is early.
          cursor: early[0] ? '' : latest,
          catchUp: after == null ? undefined : (cursor) => pageBehind(tenant, cursor),
          onEnd: () => {
            unlisten();
            open.delete(subscriber);
          },
        });
        open.add(subscriber);
        // Whoever resumes is told whether what was lost can still be had.
        push = (message) => (message ? subscriber.push(message) : subscriber.endWith(NEWS_LOST));
        early.forEach(push);
        return subscriber;
      } catch (error) {
        unlisten();
        throw unavailable(NOT_LIVE, error);
      }
    },
    async listen(tenant, heard, onMissed = () => undefined) {
      await ready();
      return listen(tenant, { heard, missed: onMissed });
    },
    past: pageBehind,
    async latest(tenant) {
      try {
        return await bus.latest(tenant);
      } catch (error) {
        throw unavailable(NOT_LIVE, error);
      }
    },
    isTrusted() {
      if (!listens) return false;
      if (started === undefined) {
        // Whoever asks first is told no, and the next one may rely on it. Where it cannot be had, the one who needs it is told so.
        if (subscription === undefined && !closed) ready().catch(() => undefined);
        return false;
      }
      const silentMs = started.silentMs();
      if (silentMs > PROVE_AFTER_MS) started.prove();
      return silentMs <= TRUSTED_MS;
    },
    silentMs: () => started?.silentMs() ?? Infinity,
    subscribers: () => open.size,
    async close() {
      closed = true;
      for (const subscriber of open) subscriber.endWith(STOPPING);
      await letGo();
    },
  };
}
