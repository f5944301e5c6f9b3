/** L3: what is computed from, and asked of, the write model: views for what the read models do not have, outcomes, dead letters. */
import type { CommandId, DeadLetterId, TenantId } from '../../domain/ids.ts';
import type { CommandReceipt } from '../../domain/messages.ts';
import type { DeadLetter, DeadLetterPage, DeadLetterQuery } from '../dead-letters/dead-letters.ts';
import type { ReplayJudgement } from '../dead-letters/judge-replay.ts';
import type { ViewPut } from '../read-models/read-models.ts';

/** Always of one tenant: gateways ask for their callers. */
export interface TenantDeadLetterQuery extends DeadLetterQuery {
  readonly tenant: TenantId;
}
export interface JudgedDeadLetter {
  readonly letter: DeadLetter;
  /** By the workers' version, which is the one that has to read it. */
  readonly replay: ReplayJudgement;
}

export interface Origin {
  /** Computes each view afresh (kinds lead, property, agent); null where there is none. The puts are ready for the read models. */
  views(refs: readonly { readonly tenant: TenantId; readonly kind: 'lead' | 'property' | 'agent'; readonly id: string }[]): Promise<(ViewPut | null)[]>;
  /** The outcome of a command from the inbox; null where it was not handled yet. */
  receipt(tenant: TenantId, id: CommandId): Promise<CommandReceipt | null>;
  /** Newest first. `after` is a place (place.ts). */
  deadLetters(query: TenantDeadLetterQuery): Promise<DeadLetterPage>;
  /** Null where the tenant has none of that id. */
  deadLetter(tenant: TenantId, id: DeadLetterId): Promise<JudgedDeadLetter | null>;
}
