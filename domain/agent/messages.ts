/** Requests to change an agent, and the facts that follow. */
import type { AgentId } from '../ids.ts';
import type { AgentDetails } from './agent.ts';

export interface UpsertAgent {
  readonly type: 'UpsertAgent';
  readonly agentId: AgentId;
  readonly details: AgentDetails;
}
export type AgentCommand = UpsertAgent;

export interface AgentUpserted {
  readonly type: 'AgentUpserted';
  readonly details: AgentDetails;
}
export type AgentEvent = AgentUpserted;
