/** Receipts of commands: from the read models, else from the inbox. */
import DataLoader from 'dataloader';
import { isId, type CommandId, type TenantId } from '../../domain/ids.ts';
import type { CommandReceipt } from '../../domain/messages.ts';
import { unavailable } from '../errors.ts';
import type { GatewayPorts } from '../ports.ts';
import { caughtUp } from './receipt-progress.ts';

export type ReceiptPorts = Pick<GatewayPorts, 'readModels' | 'origin' | 'logger' | 'clock'>;

export function createReceiptLoader(tenant: TenantId, ports: ReceiptPorts): DataLoader<string, CommandReceipt | null> {
  return new DataLoader(async (ids) => {
    const wanted = ids.filter((id) => isId('command', id));
    const stored = await readReceipts(ports, tenant, wanted);
    const byId = new Map(wanted.map((id, at) => [id as string, stored[at]]));
    return ids.map((id) => byId.get(id) ?? null);
  });
}

/** In the order of the ids; an error stands for itself. */
export async function readReceipts(ports: ReceiptPorts, tenant: TenantId, ids: readonly CommandId[]): Promise<(CommandReceipt | null | Error)[]> {
  const stored = await fromReadModels(ports, tenant, ids);
  const known = await Promise.all(ids.map(async (id, at) => stored[at] ?? fromInbox(ports, tenant, id)));
  return Promise.all(known.map(async (receipt) => (receipt === null || receipt instanceof Error ? receipt : caughtUp(ports, receipt))));
}

async function fromReadModels({ readModels, logger }: ReceiptPorts, tenant: TenantId, ids: readonly CommandId[]): Promise<(CommandReceipt | null)[]> {
  if (ids.length === 0) return [];
  try {
    const views = await readModels.get(ids.map((id) => ({ tenant, kind: 'command', id })));
    return views.map((view) => (view === null ? null : (JSON.parse(view.doc) as CommandReceipt)));
  } catch (error) {
    logger.warn({ error: String(error), receipts: ids.length }, 'the read models cannot be reached; asking the inbox for receipts');
    return [];
  }
}

async function fromInbox({ origin }: ReceiptPorts, tenant: TenantId, id: CommandId): Promise<CommandReceipt | null | Error> {
  try {
    return await origin.receipt(tenant, id);
  } catch (error) {
    return unavailable('this receipt cannot be read at the moment', error);
  }
}
