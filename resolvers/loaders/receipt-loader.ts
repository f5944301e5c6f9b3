/**
 * Receipts of commands: from the read models, else from the inbox. A mark (an id that is kept while its command is on its way to the log) is
 * no receipt: its request may have ended without the log. It becomes one in a moment, or the inbox knows better, or nobody can say.
 */
import DataLoader from 'dataloader';
import { isId, kindOfId, type CommandId, type TenantId } from '../../domain/ids.ts';
import type { CommandReceipt } from '../../domain/messages.ts';
import { unavailable } from '../errors.ts';
import type { Reads } from '../reads.ts';
import type { GatewayPorts } from '../ports.ts';
import { isReceiptMark } from '../../platform/read-models/receipt-put.ts';
import { madeAtMs } from '../../platform/messages/new-id.ts';
import { caughtUp } from './receipt-progress.ts';

export type ReceiptPorts = Pick<GatewayPorts, 'readModels' | 'origin' | 'logger' | 'clock'>;

export function createReceiptLoader(tenant: TenantId, ports: ReceiptPorts, reads: Pick<Reads, 'changed'>): DataLoader<string, CommandReceipt | null> {
  return new DataLoader(async (ids) => {
    const wanted = ids.filter((id) => isId('command', id));
    const stored = await readReceipts(ports, tenant, wanted, reads, { waitsForNew: true });
    const byId = new Map(wanted.map((id, at) => [id as string, stored[at]]));
    return ids.map((id) => byId.get(id) ?? null);
  });
}

/** The gateway notes the receipt at the moment it answers. A request that runs longer than this has told its caller that nothing was taken. */
const MARK_PATIENCE_MS = 2_000;
const MARK_POLL_MS = 25;

type Stored = CommandReceipt | 'MARK' | null;

export interface ReceiptOptions {
  /** True: of an id that was made a moment ago the answer is not null before its receipt had the time to come. */
  readonly waitsForNew?: boolean | undefined;
}

/** In the order of the ids; an error stands for itself. */
export async function readReceipts(
  ports: ReceiptPorts,
  tenant: TenantId,
  ids: readonly CommandId[],
  reads: Pick<Reads, 'changed'>,
  { waitsForNew = false }: ReceiptOptions = {},
): Promise<(CommandReceipt | null | Error)[]> {
  const stored = await fromReadModels(ports, tenant, ids);
  const known = await Promise.all(
    ids.map(async (id, at) => {
      const found = stored[at] ?? null;
      if (found !== null && found !== 'MARK') return found;
      const handled = found === 'MARK' ? null : await fromInbox(ports, tenant, id);
      if (handled !== null || (found === null && !(waitsForNew && isNew(ports, id)))) return handled;
      return behindMark(ports, tenant, id, found);
    }),
  );
  const receipts = await Promise.all(known.map(async (receipt) => (receipt === null || receipt instanceof Error ? receipt : caughtUp(ports, receipt))));
  for (const receipt of receipts) if (receipt !== null && !(receipt instanceof Error)) noteChange(reads, receipt);
  return receipts;
}

/** Who is told VISIBLE reads what changed from here on, although the news of it may still be on its way to this gateway. */
function noteChange(reads: Pick<Reads, 'changed'>, { status, streamId, version }: CommandReceipt): void {
  const kind = kindOfId(streamId);
  if (status === 'VISIBLE' && version !== undefined && kind !== null) reads.changed(kind, streamId, version);
}

async function fromReadModels({ readModels, logger }: ReceiptPorts, tenant: TenantId, ids: readonly CommandId[]): Promise<Stored[]> {
  if (ids.length === 0) return [];
  try {
    const views = await readModels.get(ids.map((id) => ({ tenant, kind: 'command', id })));
    return views.map((view) => view && (isReceiptMark(view) ? 'MARK' : (JSON.parse(view.doc) as CommandReceipt)));
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

/** An id that was made a moment ago may be on its way to the log, and then to the read models: its answer does not wait for them. */
function isNew({ clock }: ReceiptPorts, id: CommandId): boolean {
  const ageMs = clock.now().getTime() - madeAtMs(id);
  return ageMs > -MARK_PATIENCE_MS && ageMs < MARK_PATIENCE_MS;
}

/** A mark says only that somebody asked; `found`: null where there is not even one. */
async function behindMark(ports: ReceiptPorts, tenant: TenantId, id: CommandId, mark: 'MARK' | null): Promise<CommandReceipt | null | Error> {
  const untilMs = performance.now() + MARK_PATIENCE_MS;
  do {
    await new Promise((resolve) => setTimeout(resolve, MARK_POLL_MS));
    const [found] = await fromReadModels(ports, tenant, [id]);
    if (found !== 'MARK' && found != null) return found;
  } while (performance.now() < untilMs);
  const handled = await fromInbox(ports, tenant, id);
  if (handled === null && mark === null) return null;
  return handled ?? unavailable('it is not known whether this command was taken in: send it again with its idempotency key');
}
