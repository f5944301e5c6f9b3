/** References to the types that mention one another. Each is implemented in its own file. */
import type { Agent } from '../domain/agent/agent.ts';
import type { Lead } from '../domain/lead/lead.ts';
import type { CommandReceipt } from '../domain/messages.ts';
import type { Property } from '../domain/property/property.ts';
import { builder } from './builder.ts';

export const LeadType = builder.objectRef<Lead>('Lead');
export const PropertyType = builder.objectRef<Property>('Property');
export const AgentType = builder.objectRef<Agent>('Agent');
export const CommandReceiptType = builder.objectRef<CommandReceipt>('CommandReceipt');
