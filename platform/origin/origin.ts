/** L3: views computed from the write model, for what the read models do not have. */
import type { CommandId, TenantId } from '../../domain/ids.ts';
import type { CommandReceipt } from '../../domain/messages.ts';
import type { ViewPut } from '../read-models/read-models.ts';

export interface Origin {
  /** Computes each view afresh (kinds lead, property, agent); null where there is none. The puts are ready for the read models. */
  views(refs: readonly { readonly tenant: TenantId; readonly kind: 'lead' | 'property' | 'agent'; readonly id: string }[]): Promise<(ViewPut | null)[]>;
  /** The outcome of a command from the inbox; null where it was not handled yet. */
  receipt(tenant: TenantId, id: CommandId): Promise<CommandReceipt | null>;
}
