/** Holding an answer until a command has come as far as the caller wants. */
import type { CommandEnvelope, CommandReceipt } from '../../domain/messages.ts';
import type { RequestContext } from '../context.ts';
import { conflictingKey } from '../errors.ts';
import { readReceipts } from '../loaders/receipt-loader.ts';
import { TooLateError, within } from '../within.ts';
import type { Wait } from './command.ts';
import { hasReached } from './receipt.ts';

export interface ReceiptWatch {
  /** The receipt once it has come that far, or as it is when the time is up. Throws ApiError (IDEMPOTENCY_CONFLICT) where the id turns out to be another request's. */
  until(receipt: CommandReceipt, wait: Wait): Promise<CommandReceipt>;
  stop(): void;
}

/** The receipt as it is now; `before` where nothing newer can be said. */
export type ReadReceipt = (before: CommandReceipt) => Promise<CommandReceipt>;

/** Begins to listen for news of the command. Without the live feed the receipt is read again and again, slowly. */
export async function watchReceipt(
  context: RequestContext,
  command: Pick<CommandEnvelope, 'id' | 'tenant' | 'fingerprint'>,
  read: ReadReceipt = readerOf(context, command),
): Promise<ReceiptWatch> {
  const { id, tenant } = command;
  const { ports, shared, requestId } = context;
  const bell = createBell();
  const listening = shared.feed.listen(tenant, (message) => {
    if (message.kind === 'command' && message.id === id) bell.ring();
  });
  await within(shared.timing.lookupMs, listening).catch((error: unknown) => {
    ports.logger.warn({ requestId, error: String(error) }, 'no live news; the receipt is read until it moves');
  });

  /** The wait ends on time although a store hangs. */
  const readWithin = async (leftMs: number, before: CommandReceipt): Promise<CommandReceipt> => {
    try {
      return await within(Math.max(leftMs, 1), read(before));
    } catch (error) {
      if (error instanceof TooLateError) return before;
      throw error;
    }
  };

  return {
    stop() {
      // Where it only now begins to listen, it ends at once.
      void listening.then(
        (unlisten) => unlisten(),
        () => undefined,
      );
    },
    async until(receipt, wait) {
      const deadlineMs = performance.now() + shared.timing.commandWaitMs;
      let latest = receipt;
      while (!hasReached(latest, wait)) {
        const leftMs = deadlineMs - performance.now();
        if (leftMs <= 0) break;
        await bell.wait(Math.min(leftMs, shared.timing.receiptPollMs));
        latest = await readWithin(deadlineMs - performance.now(), latest);
      }
      return latest;
    },
  };
}

function readerOf({ ports, reads }: RequestContext, { id, tenant, fingerprint }: Pick<CommandEnvelope, 'id' | 'tenant' | 'fingerprint'>): ReadReceipt {
  return async (before) => {
    const [found] = await readReceipts(ports, tenant, [id], reads);
    if (found == null || found instanceof Error) return before;
    if (found.fingerprint === fingerprint) return found;
    // What was only accepted may not be the first one: that shows when it is handled.
    if (found.status === 'ACCEPTED') return before;
    throw conflictingKey();
  };
}

/** Rung while nobody waits, it is heard by the next who does. */
function createBell(): { ring(): void; wait(timeoutMs: number): Promise<void> } {
  let rung = false;
  let wake: (() => void) | undefined;
  return {
    ring() {
      rung = true;
      wake?.();
    },
    async wait(timeoutMs) {
      if (!rung) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, timeoutMs);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      rung = false;
      wake = undefined;
    },
  };
}
