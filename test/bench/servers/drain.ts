/** Workers into whose log many commands come at once: how fast they carry them out. Arguments: data folder, database URL ('' for embedded), number of commands. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Command, CommandEnvelope, CommandReceipt } from '../../../domain/messages.ts';
import { startEmbeddedPostgres } from '../../../platform/embedded-postgres/embedded-postgres.ts';
import { commandKey } from '../../../platform/event-store/event-store.ts';
import type { LogRecord } from '../../../platform/log/log.ts';
import { silentLogger } from '../../../platform/telemetry/logger.ts';
import { decodeCommand } from '../../../platform/messages/decode.ts';
import { composeWorkers } from '../../../workers/compose.ts';
import { workersConfig } from '../../../workers/config.ts';
import type { RoleName } from '../../../workers/kit/role.ts';
import { rolesByName } from '../../../workers/roles.ts';
import { startWorkers } from '../../../workers/start-workers.ts';
import { commandRecord, leadIdOf } from '../data.ts';
import type { DrainFigures } from '../scenarios/commands.ts';

/** Those that are not done yet. */
type Look = (sent: readonly CommandEnvelope[]) => Promise<readonly CommandEnvelope[]>;
const POLL_MS = 25;
const TIMEOUT_MS = 120_000;
const APPEND_CHUNK = 500;
/** Of each lead: its creation, then interactions. */
const COMMANDS_PER_LEAD = 4;

const [, , dataDir = '', databaseUrl = '', count = ''] = process.argv;
const commands = Number(count);

const embedded = databaseUrl === '' ? await startEmbeddedPostgres({ dataDir }) : undefined;
const config = workersConfig({ DATA_DIR: dataDir, ...(databaseUrl === '' ? {} : { DATABASE_URL: databaseUrl }) });
const composed = await composeWorkers(config, { url: embedded?.url ?? databaseUrl, embedded: embedded !== undefined }, silentLogger);
const { ports } = composed;

async function makeRecords(run: string, count: number): Promise<LogRecord[]> {
  const records: LogRecord[] = [];
  for (let number = 0; number < count; number += 1) {
    const lead = Math.floor(number / COMMANDS_PER_LEAD);
    const leadId = await leadIdOf(`${run}:${lead}`);
    const email = `drain.${run}.${lead}@leads.example`;
    const command: Command =
      number % COMMANDS_PER_LEAD === 0
        ? { type: 'CreateLead', leadId, lead: { firstName: 'Drain', email, source: 'WEBSITE_FORM', intent: 'BUYER' }, madeUp: true, onExisting: 'REJECT' }
        : { type: 'RecordInteraction', leadId, interaction: { kind: 'PAGE_VIEW', at: new Date().toISOString(), url: '/homes' } };
    records.push(await commandRecord(`drain:${run}:${number}`, leadId, command));
  }
  return records;
}

async function append(records: readonly LogRecord[]): Promise<readonly CommandEnvelope[]> {
  for (let from = 0; from < records.length; from += APPEND_CHUNK) await ports.log.append(records.slice(from, from + APPEND_CHUNK));
  return records.map(({ value }) => decodeCommand(value));
}

async function untilDone(sent: readonly CommandEnvelope[], stillOpen: Look): Promise<void> {
  const deadlineMs = performance.now() + TIMEOUT_MS;
  for (let open = sent; open.length > 0;) {
    // One look is cheap; all are looked at only where the last one is done.
    if ((await stillOpen(open.slice(-1))).length === 0) open = await stillOpen(open);
    if (performance.now() > deadlineMs) throw new Error(`${open.length} commands were not carried out within ${TIMEOUT_MS} ms`);
    await delay(POLL_MS);
  }
}

/** Commands a second: from the moment at which the first goes into the log of workers that are warm and idle, until all are done. */
async function drain(run: string, names: readonly RoleName[], stillOpen: Look): Promise<number> {
  const [warmUp, records] = [await makeRecords(`${run}-warm-up`, Math.ceil(commands / 4)), await makeRecords(run, commands)];
  const byName = rolesByName(config);
  const workers = await startWorkers(
    names.map((name) => byName[name]),
    ports,
  );
  await untilDone(await append(warmUp), stillOpen);
  const startedMs = performance.now();
  await untilDone(await append(records), stillOpen);
  const elapsedSeconds = (performance.now() - startedMs) / 1000;
  await workers.stop();
  return commands / elapsedSeconds;
}

const notApplied: Look = async (sent) => {
  const found = await ports.eventStore.transact((tx) => tx.findOutcomes(sent));
  return sent.filter((command) => !found.has(commandKey(command)));
};

const notVisible: Look = async (sent) => {
  const views = await ports.readModels.get(sent.map(({ tenant, id }) => ({ tenant, kind: 'command', id })));
  return sent.filter((_, at) => !isVisible(views[at]?.doc));
};

const isVisible = (doc: string | undefined): boolean => doc !== undefined && (JSON.parse(doc) as CommandReceipt).status === 'VISIBLE';

const appliedPerSecond = await drain('applied', ['command-handler'], notApplied);
const visiblePerSecond = await drain('visible', ['command-handler', 'relay', 'projector'], notVisible);
const figures: DrainFigures = { commands, appliedPerSecond, visiblePerSecond };
await composed.close();
await embedded?.stop();
process.stdout.write(`${JSON.stringify(figures)}\n`);
process.disconnect();
