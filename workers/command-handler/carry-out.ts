/** A batch of commands through the write model, come what may: lost races are run again, what can never be stored is put aside alone. */
import type { CommandEnvelope } from '../../domain/messages.ts';
import { UnstorableError, WriteConflictError, type EventStoreTransaction } from '../../platform/event-store/event-store.ts';
import type { WorkerPorts } from '../kit/role.ts';
import { decideBatch, putAside, type BatchResult } from './decide-batch.ts';

/** Lost races in a row before the batch goes back to the log's own retry. */
const CONFLICT_TRIES = 8;

type Ports = Pick<WorkerPorts, 'eventStore' | 'clock' | 'logger'>;
type Work = (tx: EventStoreTransaction, at: string) => Promise<BatchResult>;

async function transact(ports: Ports, signal: AbortSignal, work: Work): Promise<BatchResult> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await ports.eventStore.transact((tx) => work(tx, ports.clock.now().toISOString()));
    } catch (error) {
      if (!(error instanceof WriteConflictError) || attempt === CONFLICT_TRIES) throw error;
      // Whoever owns the partition now goes on with it.
      signal.throwIfAborted();
      ports.logger.debug({ attempt }, 'somebody else wrote to the same leads; the batch is decided again');
    }
  }
}

/**
 * Every command has its outcome in the inbox once this resolves; commands keep their order. Rejects where the write model is away (nothing
 * is lost: the batch comes again) and after the signal aborted between two tries.
 */
export async function carryOut(ports: Ports, envelopes: readonly CommandEnvelope[], signal: AbortSignal): Promise<BatchResult> {
  try {
    return await transact(ports, signal, (tx, at) => decideBatch(tx, envelopes, at));
  } catch (error) {
    const [first] = envelopes;
    if (!(error instanceof UnstorableError) || first === undefined) throw error;
    if (envelopes.length === 1) return transact(ports, signal, (tx, at) => putAside(tx, first, at, error));
    // One of them is at fault: halves find it, and the others are applied.
    const middle = envelopes.length >> 1;
    const before = await carryOut(ports, envelopes.slice(0, middle), signal);
    const after = await carryOut(ports, envelopes.slice(middle), signal);
    return {
      outcomes: new Map([...before.outcomes, ...after.outcomes]),
      handled: before.handled + after.handled,
      eventCount: before.eventCount + after.eventCount,
    };
  }
}
