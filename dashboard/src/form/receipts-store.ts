/** What this person asked for lately, and what became of it. */
import type { Client } from 'urql';
import { CommandProblem, followReceipt, sendCommand } from '../api/commands.ts';
import type { CommandDocument, CommandVariables } from '../api/documents.ts';
import { createStore, type Store } from '../api/external-store.ts';
import { isFinal, type Receipt } from '../api/receipt-types.ts';
import { newKey } from './new-key.ts';

/** One thing that was asked for: on its way, taken (with its receipt), or not taken (with the problem). */
export interface Asked {
  readonly key: string;
  readonly title: string;
  readonly receipt: Receipt | null;
  readonly problem: CommandProblem | null;
}
export interface Receipts {
  readonly all: Store<readonly Asked[]>;
  /** Sends a command and follows it; resolves when nothing more can come. True where it was carried out; what else became of it is shown. */
  send(title: string, document: CommandDocument, variables: Omit<CommandVariables, 'idempotencyKey'>): Promise<boolean>;
  dismiss(key: string): void;
  stop(): void;
}

const KEPT = 3;
const SHOWN_MS = 6_000;

export function createReceipts(client: Client): Receipts {
  const all = createStore<readonly Asked[]>([]);
  const stops = new Set<() => void>();

  const put = (asked: Asked): void => {
    const isKnown = all.get().some(({ key }) => key === asked.key);
    all.set(isKnown ? all.get().map((one) => (one.key === asked.key ? asked : one)) : [...all.get(), asked].slice(-KEPT));
  };
  const dismiss = (key: string): void => all.set(all.get().filter((asked) => asked.key !== key));
  const onReceipt = (key: string, title: string, receipt: Receipt): void => {
    // Somebody dismissed it: nothing to bring back.
    if (!all.get().some((asked) => asked.key === key)) return;
    put({ key, title, receipt, problem: null });
    if (receipt.status !== 'VISIBLE') return;
    const timer = setTimeout(() => dismiss(key), SHOWN_MS);
    stops.add(() => clearTimeout(timer));
  };

  const followed = (key: string, title: string, receipt: Receipt): Promise<Receipt> =>
    new Promise((resolve) => {
      const stop = followReceipt(client, receipt, (next) => {
        onReceipt(key, title, next);
        if (!isFinal(next)) return;
        stops.delete(stop);
        resolve(next);
      });
      stops.add(stop);
    });

  return {
    all,
    async send(title, document, variables) {
      const key = newKey();
      put({ key, title, receipt: null, problem: null });
      try {
        const receipt = await sendCommand(client, document, { ...variables, idempotencyKey: key });
        onReceipt(key, title, receipt);
        const last = isFinal(receipt) ? receipt : await followed(key, title, receipt);
        return last.status === 'VISIBLE';
      } catch (error) {
        if (!(error instanceof CommandProblem)) throw error;
        put({ key, title, receipt: null, problem: error });
        return false;
      }
    },
    dismiss,
    stop() {
      for (const stop of stops) stop();
      stops.clear();
    },
  };
}
