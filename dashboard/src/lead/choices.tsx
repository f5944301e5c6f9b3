import { useState } from 'react';
import { useQuery } from 'urql';
import { AGENTS, ASSIGN_LEAD, CHANGE_STAGE } from '../api/documents.ts';
import type { HubLead } from '../api/hub-types.ts';
import { STAGES } from '../api/lead-types.ts';
import { useDesk } from '../session/signed-in.tsx';
import { inWords } from '../ui/words.ts';

interface PendingChoice {
  readonly shown: string;
  readonly isPending: boolean;
  readonly choose: (value: string, send: () => Promise<boolean>) => void;
}

/** Shows what was chosen until the lead says it itself, or until it was refused. */
function usePendingChoice(current: string): PendingChoice {
  const [pending, setPending] = useState<string | null>(null);
  const isPending = pending !== null && pending !== current;
  return {
    shown: isPending ? pending : current,
    isPending,
    choose(value, send) {
      setPending(value);
      void (async () => {
        if (!(await send())) setPending(null);
      })();
    },
  };
}

export function StageChoice({ lead }: { readonly lead: HubLead }) {
  const { receipts } = useDesk();
  const { shown, isPending, choose } = usePendingChoice(lead.stage);
  const change = (stage: string): void => choose(stage, () => receipts.send(`Stage: ${inWords(stage)}`, CHANGE_STAGE, { input: { leadId: lead.id, stage } }));
  return (
    <label className="filter">
      <span>Stage</span>
      <select value={shown} aria-busy={isPending} onChange={(event) => change(event.target.value)} data-testid="stage">
        {STAGES.map((stage) => (
          <option key={stage} value={stage}>
            {inWords(stage)}
          </option>
        ))}
      </select>
    </label>
  );
}

export function AgentChoice({ lead }: { readonly lead: HubLead }) {
  const { receipts } = useDesk();
  const [{ data }] = useQuery({ query: AGENTS });
  const { shown, isPending, choose } = usePendingChoice(lead.agent?.id ?? '');
  const agents = data?.agents ?? (lead.agent ? [lead.agent] : []);
  const change = (agentId: string): void => {
    const name = agents.find(({ id }) => id === agentId)?.name ?? 'nobody';
    choose(agentId, () => receipts.send(`Agent: ${name}`, ASSIGN_LEAD, { input: { leadId: lead.id, agentId: agentId === '' ? null : agentId } }));
  };
  return (
    <label className="filter">
      <span>Agent</span>
      <select value={shown} aria-busy={isPending} onChange={(event) => change(event.target.value)} data-testid="agent">
        <option value="">Nobody</option>
        {agents.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}
