/** Commands as a brokerage's day brings them: an eighth new leads, half of it what leads do, the rest what agents do about them. */
import type { LeadId } from '../../domain/ids.ts';
import type { Command, Lane } from '../../domain/messages.ts';
import type { LogRecord } from '../../platform/log/log.ts';
import { makeInteraction, type DemoHome } from '../../scripts/demo/doings.ts';
import { makeLead, MESSAGES } from '../../scripts/demo/people.ts';
import { createRandom, type Random } from '../../scripts/demo/random.ts';
import { commandRecord, leadIdOf, someHomes, type Home, type RecordOptions } from './data.ts';

const SEED = 77;
const NEW_LEADS = 0.125;
/** Commands concern leads that came not long ago: this many of the newest. */
const BUSY_LEADS = 400;
const HOUR_MS = 3_600_000;
/** A lead stays in its lane, so that its commands keep their order. */
const LANES: readonly [Lane, ...Lane[]] = ['hot', 'hot', 'warm', 'warm', 'warm', 'warm', 'warm', 'cold', 'cold', 'cold'];

interface BusyLead {
  readonly leadId: LeadId;
  readonly lane: Lane;
}

interface Brokerage {
  readonly random: Random;
  readonly homes: readonly Home[];
  readonly seen: readonly [DemoHome, ...DemoHome[]];
}

async function openBrokerage(): Promise<Brokerage> {
  const homes = await someHomes();
  const [first, ...others] = homes.map(({ id, details }): DemoHome => ({ id, priceMinor: details.priceMinor }));
  if (first === undefined) throw new Error('the demo has no homes');
  return { random: createRandom(SEED), homes, seen: [first, ...others] };
}

function creation({ random, homes }: Brokerage, run: string, number: number, leadId: LeadId): Command {
  const wanted = homes[random.between(0, homes.length - 1)];
  if (wanted === undefined) throw new Error('the demo has no homes');
  const lead = { ...makeLead(random, number, wanted.details), email: `${run}.${number}@leads.example` };
  return { type: 'CreateLead', leadId, lead, madeUp: true, onExisting: 'REJECT' };
}

function doing({ random, seen }: Brokerage, leadId: LeadId, number: number): Command {
  const roll = random.next();
  const at = new Date(Date.now() - random.between(0, 24) * HOUR_MS).toISOString();
  if (roll < 0.6) return { type: 'RecordInteraction', leadId, interaction: makeInteraction(random, seen, at) };
  if (roll < 0.78) return { type: 'AddNote', leadId, text: `Call ${number}: ${random.pick(MESSAGES)}` };
  if (roll < 0.88)
    return {
      type: 'UpdateLead',
      leadId,
      changes: { phone: `+1206555${String(random.between(0, 9_999)).padStart(4, '0')}`, preferences: { bedroomsMin: random.between(1, 5) } },
    };
  if (roll < 0.94) return { type: 'AddTag', leadId, tag: `list-${number % 50}` };
  return { type: 'ScheduleFollowUp', leadId, title: `Follow up ${number}`, dueAt: new Date(Date.now() + random.between(1, 72) * HOUR_MS).toISOString() };
}

/** `count` commands in the order of the day; `run` keeps their leads apart from those of other runs. */
export async function dayOfCommands(run: string, count: number, options: Pick<RecordOptions, 'actorId'> = {}): Promise<LogRecord[]> {
  const brokerage = await openBrokerage();
  const { random } = brokerage;
  const busy: BusyLead[] = [];
  const records: LogRecord[] = [];
  for (let number = 0; number < count; number += 1) {
    const isNew = busy.length === 0 || random.chance(NEW_LEADS);
    const lead = isNew
      ? { leadId: await leadIdOf(`${run}:${number}`), lane: random.pick(LANES) }
      : busy.at(-random.between(1, Math.min(busy.length, BUSY_LEADS)));
    if (lead === undefined) throw new Error('a lead is busy that does not exist');
    if (isNew) busy.push(lead);
    const command = isNew ? creation(brokerage, run, number, lead.leadId) : doing(brokerage, lead.leadId, number);
    records.push(await commandRecord(`${run}:${number}`, lead.leadId, command, { ...options, lane: lead.lane }));
  }
  return records;
}

/** Of each imported lead: its creation, then what the other system knew about it. */
const IMPORTED_COMMANDS_PER_LEAD = 4;

/** A bulk import: everything in the cold lane. */
export async function importCommands(run: string, count: number): Promise<LogRecord[]> {
  const brokerage = await openBrokerage();
  const records: LogRecord[] = [];
  for (let number = 0; number < count; number += 1) {
    const step = number % IMPORTED_COMMANDS_PER_LEAD;
    const leadId = await leadIdOf(`${run}:${(number - step) / IMPORTED_COMMANDS_PER_LEAD}`);
    const command: Command =
      step === 0 ? creation(brokerage, run, number, leadId) : { type: 'AddNote', leadId, text: `Imported ${step}: ${brokerage.random.pick(MESSAGES)}` };
    records.push(await commandRecord(`${run}:${number}`, leadId, command, { lane: 'cold' }));
  }
  return records;
}

/** `count` new leads and nothing more. */
export async function newLeads(run: string, count: number): Promise<LogRecord[]> {
  const brokerage = await openBrokerage();
  const records: LogRecord[] = [];
  for (let number = 0; number < count; number += 1) {
    const leadId = await leadIdOf(`${run}:${number}`);
    records.push(await commandRecord(`${run}:${number}`, leadId, creation(brokerage, run, number, leadId)));
  }
  return records;
}

const HOT_BUDGET_MINOR = 80_000_000;

/** `count` leads that the rules find HOT: they want to move at once, look at what they can pay, and open every mail. */
export async function hotLeads(count: number): Promise<LogRecord[]> {
  const { seen } = await openBrokerage();
  const at = new Date().toISOString();
  const records: LogRecord[] = [];
  for (let number = 0; number < count; number += 1) {
    const leadId = await leadIdOf(`hot:${number}`);
    const preferences = { budgetMaxMinor: HOT_BUDGET_MINOR, timeline: 'IMMEDIATE' } as const;
    const lead = { firstName: 'Hot', email: `hot.${number}@leads.example`, source: 'REFERRAL', intent: 'BUYER', preferences } as const;
    const commands: Command[] = [
      { type: 'CreateLead', leadId, lead, madeUp: true, onExisting: 'REJECT' },
      { type: 'RecordInteraction', leadId, interaction: { kind: 'PROPERTY_VIEWED', at, propertyId: seen[0].id, priceMinor: HOT_BUDGET_MINOR } },
      ...(['EMAIL_SENT', 'EMAIL_OPENED', 'EMAIL_CLICKED'] as const).map((kind): Command => ({ type: 'RecordInteraction', leadId, interaction: { kind, at } })),
    ];
    for (const [step, command] of commands.entries()) records.push(await commandRecord(`hot:${number}:${step}`, leadId, command));
  }
  return records;
}
