/** Whether leads that are not there are on their way: what the receipts say of the commands that make them. */
import type { CommandReceipt } from '../../domain/messages.ts';
import { creationOf } from '../../domain/stream-ids.ts';
import { streamKey, type StreamRef } from '../../platform/event-store/event-store.ts';
import type { StoredView } from '../../platform/read-models/read-models.ts';
import { isReceiptMark } from '../../platform/read-models/receipt-put.ts';
import type { WorkerPorts } from '../kit/role.ts';

/** A mark is none: it was put before the log was asked. */
const isAccepted = (view: StoredView | null): boolean =>
  view !== null && !isReceiptMark(view) && (JSON.parse(view.doc) as CommandReceipt).status === 'ACCEPTED';

/** The streams (by streamKey) whose creation was accepted and has no outcome yet. Where that cannot be asked, all of them: rather wait than lose a change. */
export async function creationsOnTheirWay(
  { readModels, logger }: Pick<WorkerPorts, 'readModels' | 'logger'>,
  streams: readonly StreamRef[],
): Promise<ReadonlySet<string>> {
  const asked = streams.flatMap((stream) => {
    const id = creationOf(stream.streamId);
    return id === null ? [] : [{ stream, ref: { tenant: stream.tenant, kind: 'command' as const, id } }];
  });
  if (asked.length === 0) return new Set();
  try {
    const receipts = await readModels.get(asked.map(({ ref }) => ref));
    return new Set(asked.filter((_, at) => isAccepted(receipts[at] ?? null)).map(({ stream }) => streamKey(stream)));
  } catch (error) {
    logger.warn({ error, leads: asked.length }, 'the receipts cannot be asked whether leads are on their way; their commands wait');
    return new Set(asked.map(({ stream }) => streamKey(stream)));
  }
}
