/** Carries out commands: inbox check, decide, events and outcome in one transaction, then the offset. What cannot pass yet waits in Postgres. */
import type { CommandReceipt } from '../../domain/messages.ts';
import { commandKey } from '../../platform/event-store/event-store.ts';
import type { LogBatch } from '../../platform/log/log.ts';
import { commandTopic } from '../../platform/log/topics.ts';
import { decodeCommand } from '../../platform/messages/decode.ts';
import { consumeLanes, readRecords } from '../kit/consume-lanes.ts';
import { announceLetters, deadLetter, findLetter } from '../kit/dead-letter.ts';
import type { Role, WorkerPorts } from '../kit/role.ts';
import type { Arrival } from './arrival.ts';
import { carryOut } from './carry-out.ts';
import { nothingDone, type BatchResult } from './ledger.ts';
import { PARKING_TIMING, type ParkingTiming } from './parking-timing.ts';
import { createPoller } from './poller.ts';
import { isCallers, tellCallers } from './tell-callers.ts';
import { createUnchanged } from './unchanged.ts';

/** Commands in one transaction at the most: large enough to share a commit, small enough to retry. */
const BATCH_MAX = 500;
/**
 * The same beside a faster lane: some milliseconds of the thread. Fewer cost more by themselves (with 64 a command took half as much processor time
 * again as with 256), more hold up whoever is hot (docs/benchmarks.md, lanes).
 */
const SLICE_MAX = 96;

/** Where a run died between its commit and telling the topic of its letters, the batch that comes again tells of them. */
async function announceAll(ports: WorkerPorts, arrivals: readonly Arrival[], group: string, { outcomes, letters }: BatchResult): Promise<void> {
  const fresh = new Set(letters.map(({ original }) => original.offset));
  const dead = arrivals.filter(({ envelope, record }) => outcomes.get(commandKey(envelope))?.status === 'DEAD_LETTERED' && !fresh.has(record.offset));
  const earlier = await Promise.all(dead.map(({ record }) => findLetter(ports, group, record)));
  await announceLetters(ports, [...letters, ...earlier.filter((letter) => letter !== null)]);
}

type Tell = (outcomes: readonly CommandReceipt[]) => Promise<void>;

async function handleBatch(ports: WorkerPorts, batch: LogBatch, group: string, timing: ParkingTiming, tell: Tell): Promise<BatchResult> {
  const { readable, unreadable } = readRecords(batch.records, decodeCommand);
  const arrivals = readable.map(({ record, value }): Arrival => ({ record, envelope: value }));
  const result = arrivals.length > 0 ? await carryOut(ports, arrivals, timing, batch.signal) : nothingDone();
  // Last, so that a batch that comes again for another reason does not put the same records aside again and again.
  await deadLetter(ports, group, unreadable);
  await announceAll(ports, arrivals, group, result);
  // A batch that comes again tells again of what it came to before.
  const ofBatch = arrivals.flatMap(({ envelope }) => (isCallers(envelope) ? (result.outcomes.get(commandKey(envelope)) ?? []) : []));
  await tell([...new Map([...ofBatch, ...result.forCallers].map((outcome) => [commandKey(outcome), outcome])).values()]);
  return result;
}

export interface CommandHandlerOptions {
  /** PARKING_TIMING where absent. */
  readonly timing?: Partial<ParkingTiming> | undefined;
}

export const createCommandHandlerRole = (options: CommandHandlerOptions = {}): Role => ({
  name: 'command-handler',
  async start(ports) {
    const timing = { ...PARKING_TIMING, ...options.timing };
    const totals = { commands_total: 0, events_total: 0, parked_total: 0, dead_letters_total: 0 };
    const count = (result: BatchResult): void => {
      totals.commands_total += result.handled;
      totals.events_total += result.eventCount;
      totals.parked_total += result.parked;
      totals.dead_letters_total += result.letters.length;
    };
    const unchanged = createUnchanged(ports);
    const tell: Tell = async (outcomes) => {
      await tellCallers(ports, outcomes);
      unchanged.watch(outcomes);
    };
    const poller = createPoller(ports, timing, async (result) => {
      count(result);
      await tell(result.forCallers);
    });
    const startConsumers = consumeLanes({
      ports,
      role: 'command-handler',
      topicOf: commandTopic,
      recordsMax: BATCH_MAX,
      sliceMax: SLICE_MAX,
      async handle(batch, group) {
        const result = await handleBatch(ports, batch, group, timing, tell);
        count(result);
        if (result.parked + result.woken > 0) poller.ring();
      },
    });
    const consumers = await startConsumers.catch(async (error: unknown) => {
      await Promise.all([poller.stop(), unchanged.stop()]);
      throw error;
    });
    return {
      async stop() {
        await Promise.all([consumers.stop(), poller.stop()]);
        await unchanged.stop();
      },
      health() {
        const parked = poller.health();
        const health = consumers.health(`${totals.commands_total} commands handled`, totals);
        return parked.ok ? health : { ...health, ok: false, detail: `parked commands wait: ${parked.detail}` };
      },
    };
  },
});

export const commandHandlerRole: Role = createCommandHandlerRole();
