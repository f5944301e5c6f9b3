/** What every server serves: 1,000 made-up leads of 20 agents with the demo's shape, as the commands that bring them about. */
import { readFile } from 'node:fs/promises';
import type { AgentDetails } from '../../domain/agent/agent.ts';
import { makeId, type AgentId, type LeadId, type StreamId } from '../../domain/ids.ts';
import type { Command, CommandEnvelope, Lane } from '../../domain/messages.ts';
import type { PropertyDetails } from '../../domain/property/property.ts';
import { commandTopic, recordKey } from '../../platform/log/topics.ts';
import type { LogRecord } from '../../platform/log/log.ts';
import { encodeCommand } from '../../platform/messages/encode.ts';
import { keyedCommandId, keyedIdBody } from '../../platform/messages/new-id.ts';
import { propertyDetails } from '../../resolvers/commands/property-commands.ts';
import { propertyIdOf } from '../../resolvers/commands/stream-ids.ts';
import { parsePropertiesCsv } from '../../resolvers/intake/properties-csv.ts';
import { DEMO_TENANT } from '../../scripts/demo/demo.ts';
import { makeInteraction, type DemoHome } from '../../scripts/demo/doings.ts';
import { makeAgents, makeLead } from '../../scripts/demo/people.ts';
import { createRandom } from '../../scripts/demo/random.ts';

export const LEADS = 1_000;
const AGENTS = 20;
const HOMES = 200;
const INTERACTIONS_PER_LEAD_MAX = 2;
const DAY_MS = 86_400_000;
const SEED = 1_000;

export interface Home {
  readonly id: StreamId & DemoHome['id'];
  readonly details: PropertyDetails;
}

export interface RecordOptions {
  /** Warm if absent. */
  readonly lane?: Lane;
  /** A person of the brokerage if absent. */
  readonly actorId?: string;
}

/** A record of the log for one command. */
export async function commandRecord(key: string, streamId: StreamId, command: Command, options: RecordOptions = {}): Promise<LogRecord> {
  const envelope: CommandEnvelope = {
    schema: 1,
    id: await keyedCommandId(DEMO_TENANT, `bench:${key}`),
    tenant: DEMO_TENANT,
    streamId,
    actor: { id: options.actorId ?? 'bench', roles: ['ADMIN'] },
    lane: options.lane ?? 'warm',
    issuedAt: new Date().toISOString(),
    fingerprint: key,
    command,
  };
  return { topic: commandTopic(envelope.lane), key: recordKey(DEMO_TENANT, streamId), value: encodeCommand(envelope) };
}

export const leadIdOf = async (number: number | string): Promise<LeadId> => makeId('lead', await keyedIdBody(DEMO_TENANT, `bench-lead:${number}`));
const agentIdOf = async (number: number): Promise<AgentId> => makeId('agent', await keyedIdBody(DEMO_TENANT, `bench-agent:${number}`));

/** The first homes of the demo. */
export async function someHomes(): Promise<Home[]> {
  const csv = await readFile(new URL('../../scripts/demo/king-county-homes.csv', import.meta.url), 'utf8');
  const { rows } = parsePropertiesCsv(csv);
  const listedAt = new Date().toISOString();
  return Promise.all(
    rows
      .slice(0, HOMES)
      .map(async ({ input }) => ({ id: await propertyIdOf(DEMO_TENANT, input.externalId), details: propertyDetails(input, input.listedAt ?? listedAt) })),
  );
}

function agentDetails(homes: readonly Home[], number: number): AgentDetails {
  const made = makeAgents(homes.map(({ details }) => details));
  const details = made[number % made.length];
  if (details === undefined) throw new Error('the demo makes no agents');
  return { ...details, name: `${details.name} ${number}`, email: `agent.${number}@demo.example` };
}

/** Everything, in an order that can be carried out. */
export async function brokerageRecords(): Promise<LogRecord[]> {
  const random = createRandom(SEED);
  const homes = await someHomes();
  const seen = homes.map(({ id, details }): DemoHome => ({ id, priceMinor: details.priceMinor }));
  const [firstHome, ...otherHomes] = seen;
  if (!firstHome) throw new Error('the demo has no homes');
  const agents = await Promise.all(Array.from({ length: AGENTS }, (_, number) => agentIdOf(number)));
  const records = [
    ...agents.map((agentId, number) => commandRecord(`agent:${number}`, agentId, { type: 'UpsertAgent', agentId, details: agentDetails(homes, number) })),
    ...homes.map(({ id, details }) => commandRecord(`home:${id}`, id, { type: 'UpsertProperty', propertyId: id, details })),
  ];
  for (let number = 0; number < LEADS; number += 1) {
    const leadId = await leadIdOf(number);
    const wanted = homes[random.between(0, homes.length - 1)]?.details;
    const agentId = agents[number % AGENTS];
    if (wanted === undefined) throw new Error('the demo has no homes');
    const lead = makeLead(random, number, wanted);
    records.push(commandRecord(`lead:${number}`, leadId, { type: 'CreateLead', leadId, lead, tags: ['bench'], agentId, madeUp: true, onExisting: 'REJECT' }));
    for (let doing = random.between(0, INTERACTIONS_PER_LEAD_MAX); doing > 0; doing -= 1) {
      const at = new Date(Date.now() - doing * DAY_MS - Math.floor(random.next() * DAY_MS)).toISOString();
      const interaction = makeInteraction(random, [firstHome, ...otherHomes], at);
      records.push(commandRecord(`lead:${number}:${doing}`, leadId, { type: 'RecordInteraction', leadId, interaction }));
    }
  }
  return Promise.all(records);
}
