import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { CommandEnvelope } from '../../../domain/messages.ts';
import { leadIdOfCommand } from '../../../domain/stream-ids.ts';
import { acceptedReceipt } from '../../../domain/views/receipts.ts';
import { receiptPut } from '../../../platform/read-models/receipt-put.ts';
import { silentLogger } from '../../../platform/telemetry/logger.ts';
import { createCommandHandlerRole } from '../../../workers/command-handler/role.ts';
import type { ParkingTiming } from '../../../workers/command-handler/parking-timing.ts';
import { refuseInserts } from '../../support/faults.ts';
import { describeWithServices } from '../../support/services.ts';
import { addNote, commandId, commandOf, createLead, leadId, startWorkerKit, WAIT, type WorkerKit } from '../../support/worker-kit.ts';

const CREATE_ID = commandId('creates');
const ADA = leadIdOfCommand(CREATE_ID);

describeWithServices('commands that come before the one that makes their lead', ['postgres'], ({ postgres }) => {
  let kit: WorkerKit;
  beforeEach(async () => {
    kit = await startWorkerKit(postgres.url);
  });
  afterEach(() => kit.stop());

  const handle = (timing: Partial<ParkingTiming> = {}) => kit.start(createCommandHandlerRole({ timing }));
  const create = (more: Partial<CommandEnvelope> = {}) => commandOf(createLead(ADA), { id: CREATE_ID, lane: 'cold', ...more });
  const note = (text: string, more: Partial<CommandEnvelope> = {}) => commandOf(addNote(ADA, text), more);
  const parkedCount = async () => (await kit.database.sql`select 1 from parked_commands`).length;
  const untilParked = (count: number) => vi.waitFor(async () => expect(await parkedCount()).toBe(count), WAIT);
  const waitedMs = async () => {
    const [row] = await kit.database.sql<{ ms: number }[]>`select extract(epoch from now() - min(first_failed_at))::float8 * 1000 as ms from parked_commands`;
    return row?.ms ?? 0;
  };
  const statuses = async (...commands: CommandEnvelope[]) => (await kit.outcomes(commands)).map(({ status, error }) => error?.code ?? status);
  const notes = async () => (await kit.lead(ADA))?.notes.map(({ text }) => text);

  it('wait for it, take effect behind it and in their order', async () => {
    const role = await handle({ creationPatienceMs: 60_000 });
    const early = [note('one'), note('two', { lane: 'warm' }), note('three')];
    for (const [n, command] of early.entries()) {
      await kit.send(command);
      await untilParked(n + 1);
    }
    // Nobody looks again by himself: the creation tells them.
    await kit.database.sql`update parked_commands set due_at = now() + interval '1 hour'`;
    const made = create();
    await kit.send(made, note('four', { lane: 'cold' }));
    expect(await statuses(made, ...early)).toEqual(['APPLIED', 'APPLIED', 'APPLIED', 'APPLIED']);
    await vi.waitFor(async () => expect(await notes()).toEqual(['one', 'two', 'three', 'four']), WAIT);
    await untilParked(0);
    // The creation was none of the parked.
    expect(role.health().facts['parked_total']).toBeLessThanOrEqual(4);
  });

  it('are put behind it where both share a batch, without being parked', async () => {
    const [early, made, late] = [note('early', { lane: 'cold' }), create(), note('late', { lane: 'cold' })];
    await kit.send(early, made, late);
    const role = await handle();
    expect(await statuses(early, made, late)).toEqual(['APPLIED', 'APPLIED', 'APPLIED']);
    expect(await notes()).toEqual(['early', 'late']);
    expect(role.health().facts).toMatchObject({ parked_total: 0 });
  });

  it('are NOT_FOUND in the end where it never comes, sooner than their callers stop to wait', async () => {
    await handle();
    const lost = [note('one'), commandOf({ type: 'WithdrawProperty', propertyId: 'prop_none' as never })];
    const startedAt = performance.now();
    await kit.send(...lost);
    expect(await statuses(...lost)).toEqual(['NOT_FOUND', 'NOT_FOUND']);
    expect(performance.now() - startedAt).toBeGreaterThan(1_900);
    expect(performance.now() - startedAt).toBeLessThan(4_500);
    await untilParked(0);
  });

  it('wait longer where it was accepted: it is on its way in a slower lane', async () => {
    await handle({ creationPatienceMs: 100, acceptedCreationPatienceMs: 60_000 });
    const made = create();
    await kit.readModels.put([receiptPut(acceptedReceipt(made))]);
    const early = note('early');
    await kit.send(early);
    await vi.waitFor(async () => expect(await waitedMs()).toBeGreaterThan(500), WAIT);
    expect(await kit.outcome(early)).toBeNull();
    await kit.send(made);
    expect(await statuses(made, early)).toEqual(['APPLIED', 'APPLIED']);
  });

  it('do not wait for one that was rejected, whatever its receipt still says', async () => {
    await handle({ creationPatienceMs: 60_000 });
    const other = commandOf(createLead(leadId('other'), 'same@x.com'));
    await kit.send(other);
    await kit.outcomes([other]);
    const refused = create({ command: createLead(ADA, 'same@x.com') });
    await kit.send(refused);
    expect(await statuses(refused)).toEqual(['CONFLICT']);
    await vi.waitUntil(async () => (await kit.receipt(refused)) !== null, WAIT);
    await kit.readModels.put([{ ...receiptPut(acceptedReceipt(refused)), version: 9 }]);
    const late = note('late');
    await kit.send(late);
    expect(await statuses(late)).toEqual(['NOT_FOUND']);
  });

  it('wait while nobody can say whether it was accepted', async () => {
    kit.outages.readModels = true;
    await handle({ creationPatienceMs: 100, notedLateMs: 0 });
    const early = note('early');
    await kit.send(early);
    await vi.waitFor(async () => expect(await waitedMs()).toBeGreaterThan(500), WAIT);
    expect(await kit.outcome(early)).toBeNull();
    kit.outages.readModels = false;
    expect(await statuses(early)).toEqual(['NOT_FOUND']);
  });

  it('wait on for a while once it can be said again: gateways have still to note down what they took in meanwhile', async () => {
    kit.outages.readModels = true;
    const warn = vi.fn<(facts: object, text: string) => void>();
    const timing = { creationPatienceMs: 100, notedLateMs: 60_000 };
    await kit.start(createCommandHandlerRole({ timing }), { ...kit.ports, logger: { ...silentLogger, warn } });
    const [early, made] = [note('early'), create()];
    await kit.send(early);
    const asked = expect.stringContaining('cannot be asked whether leads are on their way') as string;
    await vi.waitFor(() => expect(warn).toHaveBeenCalledWith(expect.anything(), asked), WAIT);
    kit.outages.readModels = false;
    await vi.waitFor(async () => expect(await waitedMs()).toBeGreaterThan(2_000), WAIT);
    expect(await kit.outcome(early)).toBeNull();
    await kit.send(made);
    expect(await statuses(made, early)).toEqual(['APPLIED', 'APPLIED']);
  });

  it('wait for one that is parked itself, and let it go first', async () => {
    await handle({ creationPatienceMs: 60_000, retryAfterMs: Array.from({ length: 200 }, () => 50) });
    const lift = await refuseInserts(kit.database.sql, 'events', `new.type = 'LeadCreated'`, 'P0001');
    const early = Array.from({ length: 120 }, (_, n) => note(`note ${n}`));
    await kit.send(...early);
    await untilParked(120);
    const made = create();
    await kit.send(made);
    await untilParked(121);
    const behind = note('behind', { lane: 'warm' });
    await kit.send(behind);
    await untilParked(122);
    await lift();
    expect(new Set(await statuses(made, ...early, behind))).toEqual(new Set(['APPLIED']));
    expect(await notes()).toEqual([...early.map((_, n) => `note ${n}`), 'behind']);
  });
});
