/** The public commands on an agent. */
import { decideAgent } from '../../domain/agent/decide.ts';
import type { UpsertAgent } from '../../domain/agent/messages.ts';
import type { AgentDetails } from '../../domain/agent/agent.ts';
import { id } from '../../domain/checks.ts';
import { toMinor } from '../scalars.ts';
import { decisionContext, type CommandDefinition } from './command.ts';
import { checkAsNew, good } from './input-problems.ts';
import type { UpsertAgentInput } from './inputs.ts';
import { agentIdOfCommand } from '../../domain/stream-ids.ts';

/** Where a brokerage is that says nothing else. */
const TIME_ZONE = 'America/Los_Angeles';

const detailsOf = (input: UpsertAgentInput): AgentDetails => ({
  name: input.name,
  email: input.email,
  phone: input.phone ?? undefined,
  role: input.role ?? 'AGENT',
  territory: {
    zips: input.zips ?? [],
    priceMinMinor: input.priceMin == null ? undefined : toMinor(input.priceMin),
    priceMaxMinor: input.priceMax == null ? undefined : toMinor(input.priceMax),
  },
  capacity: input.capacity ?? 50,
  available: input.available ?? true,
  timeZone: input.timeZone ?? TIME_ZONE,
  madeUp: false,
});

export const upsertAgent: CommandDefinition<UpsertAgentInput> = {
  type: 'UpsertAgent',
  restricted: true,
  prepare: (input, scope) => {
    const agentId = input.agentId == null ? agentIdOfCommand(scope.commandId) : good(id('agent')(input.agentId, 'agentId'));
    const command: UpsertAgent = { type: 'UpsertAgent', agentId, details: detailsOf(input) };
    checkAsNew(decideAgent(command, null, decisionContext(scope)));
    return { streamId: agentId, command };
  },
};
