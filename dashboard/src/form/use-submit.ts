/** Sending a form: once, however often it is tried, and followed until everybody can see it. */
import { useEffect, useRef, useState } from 'react';
import { CommandProblem, followReceipt, formField, sendCommand } from '../api/commands.ts';
import type { CommandDocument, CommandVariables } from '../api/documents.ts';
import type { Receipt } from '../api/receipt-types.ts';
import { useDesk } from '../session/signed-in.tsx';
import { newKey } from './new-key.ts';

export interface Problem {
  readonly code: string | null;
  readonly message: string;
  readonly field: string | null;
}
export interface Submission {
  readonly isSending: boolean;
  readonly receipt: Receipt | null;
  readonly problem: Problem | null;
  readonly send: (document: CommandDocument, variables: Omit<CommandVariables, 'idempotencyKey'>) => Promise<void>;
  readonly reset: () => void;
}

const rejectionOf = ({ error }: Receipt): Problem | null => error && { code: error.code, message: error.message, field: formField(error.field) };

export function useSubmit(): Submission {
  const { client } = useDesk().api;
  const [isSending, setSending] = useState(false);
  const [receipt, setReceipt] = useState<Receipt | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const last = useRef({ body: '', key: '' });
  const stop = useRef<() => void>(() => undefined);
  useEffect(() => () => stop.current(), []);

  const take = (next: Receipt): void => {
    setReceipt(next);
    const rejection = rejectionOf(next);
    setProblem(rejection);
    // What was rejected may be sent again, and is another command then.
    if (rejection) last.current = { body: '', key: '' };
  };
  return {
    isSending,
    receipt,
    problem,
    async send(document, variables) {
      const body = JSON.stringify(variables);
      // The same content tried again (the answer got lost, say) is the same command.
      if (body !== last.current.body) last.current = { body, key: newKey() };
      setSending(true);
      setProblem(null);
      setReceipt(null);
      try {
        const accepted = await sendCommand(client, document, { ...variables, idempotencyKey: last.current.key });
        take(accepted);
        stop.current = followReceipt(client, accepted, take);
      } catch (error) {
        if (!(error instanceof CommandProblem)) throw error;
        setProblem({ code: error.code, message: error.message, field: error.field });
      } finally {
        setSending(false);
      }
    },
    reset() {
      stop.current();
      last.current = { body: '', key: '' };
      setReceipt(null);
      setProblem(null);
    },
  };
}
