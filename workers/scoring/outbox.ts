/** Commands on their way out: what is ready leaves at once, and what gets ready meanwhile leaves together. */
import type { WorkerCommand } from '../kit/send-commands.ts';

export interface Outbox {
  add(command: WorkerCommand): void;
  /** Resolves once everything that was added is durable; rejects where something could not be sent. */
  flush(): Promise<void>;
}

export function createOutbox(send: (commands: readonly WorkerCommand[]) => Promise<void>): Outbox {
  let ready: WorkerCommand[] = [];
  let sending: Promise<void> | null = null;
  let failure: { readonly error: unknown } | null = null;

  async function drain(): Promise<void> {
    try {
      while (ready.length > 0) {
        const batch = ready;
        ready = [];
        await send(batch);
      }
    } catch (error) {
      failure = { error };
    } finally {
      sending = null;
    }
  }

  return {
    add(command) {
      ready.push(command);
      sending ??= Promise.resolve().then(drain);
    },
    async flush() {
      await sending;
      if (failure) throw failure.error;
    },
  };
}
