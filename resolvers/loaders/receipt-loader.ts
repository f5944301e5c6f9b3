/** Receipts of commands: from the read models, else from the inbox. */
import DataLoader from 'dataloader';
import { isId, type CommandId, type TenantId } from '../../domain/ids.ts';
import type { CommandReceipt } from '../../domain/messages.ts';
import { unavailable } from '../errors.ts';
import type { ViewPorts } from './read-views.ts';

export function createReceiptLoader(tenant: TenantId, ports: ViewPorts): DataLoader<string, CommandReceipt | null> {
  return new DataLoader(async (ids) => {
    const wanted = ids.filter((id) => isId('command', id));
    const stored = await readReceipts(ports, tenant, wanted);
    const byId = new Map(wanted.map((id, at) => [id as string, stored[at]]));
    return ids.map((id) => byId.get(id) ?? null);
  });
}

/** In the order of the ids; an error stands for itself. */
export async function readReceipts(ports: ViewPorts, tenant: TenantId, ids: readonly CommandId[]): Promise<(CommandReceipt | null | Error)[]> {
  const stored = await fromReadModels(ports, tenant, ids);
  return Promise.all(ids.map(async (id, at) => stored[at] ?? fromInbox(ports, tenant, id)));
}

async function fromReadModels({ readModels, logger }: ViewPorts, tenant: TenantId, ids: readonly CommandId[]): Promise<(CommandReceipt | null)[]> {
  if (ids.length === 0) return [];
  try {
    const views = await readModels.get(ids.map((id) => ({ tenant, kind: 'command', id })));
    return views.map((view) => (view === null ? null : (JSON.parse(view.doc) as CommandReceipt)));
  } catch (error) {
    logger.warn({ error: String(error), receipts: ids.length }, 'the read models cannot be reached; asking the inbox for receipts');
    return [];
  }
}

async function fromInbox({ origin }: ViewPorts, tenant: TenantId, id: CommandId): Promise<CommandReceipt | null | Error> {
  try {
    return await origin.receipt(tenant, id);
  } catch (error) {
    return unavailable('this receipt cannot be read at the moment', error);
  }
}
