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

/**
 * Answers the streams (by streamKey) whose creation was accepted and has no outcome yet. Where that cannot be asked, or could not be within the last
 * `notedLateMs`, all of them: rather wait than lose a change.
 */
export function createCreations({ readModels, logger }: Pick<WorkerPorts, 'readModels' | 'logger'>, notedLateMs: number) {
  let saysNothingUntilMs = -Infinity;
  return async (streams: readonly StreamRef[]): Promise<ReadonlySet<string>> => {
    const asked = streams.flatMap((stream) => {
      const id = creationOf(stream.streamId);
      return id === null ? [] : [{ stream, ref: { tenant: stream.tenant, kind: 'command' as const, id } }];
    });
    if (asked.length === 0) return new Set();
    const all = (): Set<string> => new Set(asked.map(({ stream }) => streamKey(stream)));
    try {
      const receipts = await readModels.get(asked.map(({ ref }) => ref));
      if (performance.now() < saysNothingUntilMs) return all();
      return new Set(asked.filter((_, at) => isAccepted(receipts[at] ?? null)).map(({ stream }) => streamKey(stream)));
    } catch (error) {
      saysNothingUntilMs = performance.now() + notedLateMs;
      logger.warn({ error, leads: asked.length }, 'the receipts cannot be asked whether leads are on their way; their commands wait');
      return all();
    }
  };
}
