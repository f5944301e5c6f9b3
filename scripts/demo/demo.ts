/**
 * The demo brokerage: the real homes, 5 agents and 300 leads that are made up and say so, then gentle made-up traffic.
 * Everything goes in as commands on the log, as from any client; their ids follow from the seed, so a demo that was
 * interrupted goes on where it was and nothing is there twice.
 */
import { readFile } from 'node:fs/promises';
import { makeId, tenantId, type AgentId, type LeadId, type PropertyId, type StreamId } from '../../domain/ids.ts';
import type { Command, CommandEnvelope, Lane } from '../../domain/messages.ts';
import type { PropertyDetails } from '../../domain/property/property.ts';
import { commandRecord } from '../../platform/messages/command-record.ts';
import { digest, keyedCommandId, keyedIdBody } from '../../platform/messages/new-id.ts';
import { createLoop, type Loop } from '../../workers/kit/loop.ts';
import type { WorkerPorts } from '../../workers/kit/role.ts';
import { parsePropertiesCsv } from '../../resolvers/intake/properties-csv.ts';
import { propertyDetails } from '../../resolvers/commands/property-commands.ts';
import { propertyIdOf } from '../../resolvers/commands/stream-ids.ts';
import { makeInteraction, type DemoHome } from './doings.ts';
import { makeAgents, makeLead } from './people.ts';
import { createRandom, type Random } from './random.ts';

export const DEMO_TENANT = tenantId('demo');
const SEED = 20_141_115;
const LEADS = 300;
/** Stands in where the file has no date; it has one for each home. */
const FIRST_LISTED_AT = '2014-05-02T00:00:00.000Z';
const CHECKPOINT = 'demo';
const CHUNK = 500;
const DAY_MS = 86_400_000;

type Ports = Pick<WorkerPorts, 'log' | 'eventStore' | 'clock' | 'logger'>;
interface DemoCommand {
  readonly key: string;
  readonly lane: Lane;
  readonly streamId: StreamId;
  readonly command: Command;
}
interface Brokerage {
  readonly homes: readonly [DemoHome, ...DemoHome[]];
  readonly details: readonly [PropertyDetails, ...PropertyDetails[]];
  readonly leadIds: readonly [LeadId, ...LeadId[]];
}

async function send(ports: Ports, commands: readonly DemoCommand[]): Promise<void> {
  const issuedAt = ports.clock.now().toISOString();
  for (let from = 0; from < commands.length; from += CHUNK) {
    const envelopes = await Promise.all(
      commands.slice(from, from + CHUNK).map(async ({ key, lane, streamId, command }): Promise<CommandEnvelope> => ({
        schema: 1,
        id: await keyedCommandId(DEMO_TENANT, `demo:${key}`),
        tenant: DEMO_TENANT,
        streamId,
        actor: { id: 'demo', roles: ['ADMIN'] },
        lane,
        issuedAt,
        fingerprint: await digest(key),
        command,
      })),
    );
    await ports.log.append(envelopes.map(commandRecord));
  }
}

async function loadHomes(): Promise<readonly { id: PropertyId; details: PropertyDetails }[]> {
  const csv = await readFile(new URL('king-county-homes.csv', import.meta.url), 'utf8');
  const { rows } = parsePropertiesCsv(csv);
  return Promise.all(
    rows.map(async ({ input }) => ({
      id: await propertyIdOf(DEMO_TENANT, input.externalId),
      details: propertyDetails(input, input.listedAt ?? FIRST_LISTED_AT),
    })),
  );
}

const demoLeadId = async (number: number): Promise<LeadId> => makeId('lead', await keyedIdBody(DEMO_TENANT, `demo-lead:${number}`));
const demoAgentId = async (number: number): Promise<AgentId> => makeId('agent', await keyedIdBody(DEMO_TENANT, `demo-agent:${number}`));

/** A lead and what it did in the last two weeks, oldest first. */
function leadCommands(
  random: Random,
  number: number,
  leadId: LeadId,
  agents: readonly [AgentId, ...AgentId[]],
  homes: readonly { id: PropertyId; details: PropertyDetails }[],
  nowMs: number,
): DemoCommand[] {
  const wanted = homes[random.between(0, homes.length - 1)];
  if (!wanted) return [];
  const nearby = homes.filter(({ details }) => details.zip === wanted.details.zip).map(({ id, details }): DemoHome => ({ id, priceMinor: details.priceMinor }));
  const liked: [DemoHome, ...DemoHome[]] = [{ id: wanted.id, priceMinor: wanted.details.priceMinor }, ...nearby];
  const lane = 'cold' as const;
  const create: DemoCommand = {
    key: `lead:${number}`,
    lane,
    streamId: leadId,
    command: {
      type: 'CreateLead',
      leadId,
      lead: makeLead(random, number, wanted.details),
      tags: ['demo'],
      agentId: random.pick(agents),
      madeUp: true,
      onExisting: 'REJECT',
    },
  };
  const times = Array.from({ length: random.between(0, 14) }, () => nowMs - Math.floor(random.next() * 14 * DAY_MS)).sort((a, b) => a - b);
  const doings = times.map((time, index): DemoCommand => {
    const interaction = makeInteraction(random, liked, new Date(time).toISOString());
    return { key: `lead:${number}:${index}`, lane, streamId: leadId, command: { type: 'RecordInteraction', leadId, interaction } };
  });
  return [create, ...doings];
}

async function seed(ports: Ports, homes: readonly { id: PropertyId; details: PropertyDetails }[], leadIds: readonly LeadId[]): Promise<void> {
  const random = createRandom(SEED);
  const agents = await Promise.all(makeAgents(homes.map(({ details }) => details)).map(async (details, index) => ({ id: await demoAgentId(index), details })));
  const [firstAgent, ...otherAgents] = agents.map(({ id }) => id);
  if (!firstAgent) throw new Error('the demo has no agents');
  await send(
    ports,
    agents.map(({ id, details }) => ({ key: `agent:${id}`, lane: 'cold', streamId: id, command: { type: 'UpsertAgent', agentId: id, details } })),
  );
  await send(
    ports,
    homes.map(({ id, details }) => ({ key: `home:${id}`, lane: 'cold', streamId: id, command: { type: 'UpsertProperty', propertyId: id, details } })),
  );
  const nowMs = ports.clock.now().getTime();
  await send(
    ports,
    leadIds.flatMap((leadId, number) => leadCommands(random, number, leadId, [firstAgent, ...otherAgents], homes, nowMs)),
  );
}

/** Fills an empty store, or ends a filling that was interrupted; null where the store has data of its own. */
async function prepare(ports: Ports): Promise<Brokerage | null> {
  const progress = await ports.eventStore.loadCheckpoint(CHECKPOINT);
  if (progress === '' && (await ports.eventStore.listStreams('', 1)).length > 0) return null;
  const homes = await loadHomes();
  const leadIds = await Promise.all(Array.from({ length: LEADS }, (_, number) => demoLeadId(number)));
  if (progress !== 'seeded') {
    await ports.eventStore.saveCheckpoint(CHECKPOINT, 'seeding', progress);
    await seed(ports, homes, leadIds);
    await ports.eventStore.saveCheckpoint(CHECKPOINT, 'seeded', 'seeding');
    ports.logger.info({ homes: homes.length, leads: leadIds.length }, 'the demo brokerage was sent in; its people are made up');
  }
  const [home, ...others] = homes.map(({ id, details }): DemoHome => ({ id, priceMinor: details.priceMinor }));
  const [firstDetails, ...otherDetails] = homes.map(({ details }) => details);
  const [lead, ...otherLeads] = leadIds;
  if (!home || !firstDetails || !lead) throw new Error('the demo has no homes or no leads');
  return { homes: [home, ...others], details: [firstDetails, ...otherDetails], leadIds: [lead, ...otherLeads] };
}

/** How many of the doings bring somebody new. */
const NEW_LEAD_SHARE = 0.08;

/** Somebody does something every one to three seconds; now and then somebody new comes in. */
function traffic(ports: Ports, { homes, details, leadIds }: Brokerage): Loop {
  const startedMs = ports.clock.now().getTime();
  const random = createRandom(startedMs);
  const known: [LeadId, ...LeadId[]] = [...leadIds];
  let sent = 0;
  const newLead = async (): Promise<DemoCommand> => {
    const number = LEADS + Math.floor(startedMs / 1_000) + sent;
    const leadId = await demoLeadId(number);
    known.push(leadId);
    const lead = makeLead(random, number, random.pick(details));
    return {
      key: `lead:${number}`,
      lane: 'hot',
      streamId: leadId,
      command: { type: 'CreateLead', leadId, lead, tags: ['demo'], madeUp: true, onExisting: 'REJECT' },
    };
  };
  const doing = (): DemoCommand => {
    const leadId = random.pick(known);
    const interaction = makeInteraction(random, homes, ports.clock.now().toISOString());
    return { key: `traffic:${startedMs}:${sent}`, lane: 'hot', streamId: leadId, command: { type: 'RecordInteraction', leadId, interaction } };
  };
  return createLoop(ports.logger, 'demo traffic', async () => {
    await send(ports, [random.chance(NEW_LEAD_SHARE) ? await newLead() : doing()]);
    sent += 1;
    return { pauseMs: random.between(1_000, 3_000) };
  });
}

/** Starts the demo in the background; resolves with how to stop it. */
export function startDemo(ports: Ports): { stop(): Promise<void> } {
  const running = prepare(ports).then(
    (brokerage) => (brokerage ? traffic(ports, brokerage) : null),
    (error: unknown) => {
      ports.logger.error({ error }, 'the demo could not be prepared; the product itself goes on');
      return null;
    },
  );
  return { stop: async () => (await running)?.stop() };
}
