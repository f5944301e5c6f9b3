/** News of changed views, to every gateway. A bounded log behind it lets a reader catch up. */
import type { TenantId } from '../../domain/ids.ts';
import type { Stage } from '../../domain/lead/lead.ts';
import type { ScoreSource, Tier } from '../../domain/scoring/score.ts';
import type { FigureChange } from '../../domain/views/board.ts';
import type { IndexChange } from '../../domain/views/index-change.ts';

/** What changed, small: readers fetch the view itself. */
export interface LiveMessage {
  readonly tenant: TenantId;
  /** 'views' (SYSTEM_TENANT): another generation of views answers, or none: every view and list of everybody may be another one. */
  readonly kind: 'lead' | 'property' | 'agent' | 'command' | 'board' | 'views';
  readonly id: string;
  /** Of the view, after the change. A board is no view: of two of its messages the later one has the greater number. */
  readonly version: number;
  readonly at: string;
  /** Types of the events behind the change, in order. */
  readonly events: readonly string[];
  /** Which lists the change can touch; absent where that is not known: any of its kind. Receipts are in none. */
  readonly lists?: IndexChange | undefined;
  /** Leads: what filters of subscriptions look at. */
  readonly lead?: { readonly tier?: Tier | undefined; readonly stage: Stage; readonly agentId?: string | undefined } | undefined;
  /** Set where the change holds a new score. */
  readonly score?:
    | {
        readonly value: number;
        readonly previous?: number | undefined;
        readonly tier: Tier;
        readonly previousTier?: Tier | undefined;
        readonly source: ScoreSource;
      }
    | undefined;
  /** Boards: the figures that are others now. */
  readonly figures?: readonly FigureChange[] | undefined;
  /** Set where the change raised alerts. */
  readonly alerts?: readonly { readonly propertyId: string; readonly score: number; readonly message: string }[] | undefined;
}
/** `cursor` orders the messages of one tenant; opaque text. */
export type Delivered = LiveMessage & { readonly cursor: string };

export interface LiveBusSubscription {
  /**
   * Milliseconds since the stream last showed that it lives (a message, a sign of the server): whatever was announced before that has been
   * given to `onMessage`, but for what was on its way. Infinity while it is lost or still catches up; 0 where nothing can be lost.
   */
  silentMs(): number;
  /** Asks for such a sign, where none is on its way. */
  prove(): void;
  stop(): Promise<void>;
}

export interface LiveBus {
  /** Keeps the messages in their tenants' bounded logs and tells every subscriber. */
  publish(messages: readonly LiveMessage[]): Promise<void>;
  /**
   * All messages of all tenants from now on, in each tenant's order. `onState` tells when the stream was lost and when it is back.
   * After a loss the subscription catches up by itself from where it was; `onGap` tells where that is not possible: news of the tenant are missing, or
   * may be, since nobody knows from where on the tenant was followed while the bus could not be reached for the first time.
   */
  subscribe(
    onMessage: (message: Delivered) => void,
    onState?: (state: 'up' | 'down') => void,
    onGap?: (tenant: TenantId) => void,
  ): Promise<LiveBusSubscription>;
  /** Messages of a tenant behind `cursor`, oldest first; `complete` is false where older ones are gone already. */
  since(tenant: TenantId, cursor: string, limit: number): Promise<{ readonly messages: readonly Delivered[]; readonly complete: boolean }>;
  /** The newest cursor of a tenant; '' where there is none yet. */
  latest(tenant: TenantId): Promise<string>;
  check(): Promise<void>;
  close(): Promise<void>;
}
