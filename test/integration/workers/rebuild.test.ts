import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Clock } from '../../../platform/clock.ts';
import { createMemoryReadModels } from '../../../platform/read-models/memory-read-models.ts';
import { silentLogger } from '../../../platform/telemetry/logger.ts';
import { commandHandlerRole } from '../../../workers/command-handler/role.ts';
import { RECEIPT_TTL_SECONDS } from '../../../platform/read-models/receipt-put.ts';
import { rebuildReadModels } from '../../../workers/projector/rebuild.ts';
import { describeWithServices } from '../../support/services.ts';
import { ACME, addNote, commandOf, createLead, leadId, startWorkerKit, type WorkerKit } from '../../support/worker-kit.ts';
import { clockOf } from '../../support/clock.ts';

const ADA = leadId('ada');
/** The events are of now. */
const clockIn = (ms: number): Clock => clockOf(() => new Date(Date.now() + ms));

describeWithServices('rebuilding the views', ['postgres'], ({ postgres }) => {
  let kit: WorkerKit;
  beforeEach(async () => {
    kit = await startWorkerKit(postgres.url);
    await kit.start(commandHandlerRole);
  });
  afterEach(() => kit.stop());

  /** The receipts that views hold which were rebuilt at that time. */
  async function receiptsAt(clock: Clock) {
    const commands = [commandOf(createLead(ADA)), commandOf(addNote(ADA, 'x'), { fingerprint: 'another' })];
    await kit.send(...commands);
    await kit.outcomes(commands);
    await kit.committed();
    const rebuilt = createMemoryReadModels();
    await rebuildReadModels(kit.ports.eventStore, rebuilt, silentLogger, clock);
    const views = await rebuilt.get(commands.map(({ id }) => ({ tenant: ACME, kind: 'command', id })));
    return views.map((view) => view && (JSON.parse(view.doc) as unknown));
  }

  it('brings back the receipts of the last week as VISIBLE, so that none goes backwards and their keys stay taken', async () => {
    expect(await receiptsAt(clockIn(0))).toMatchObject([
      { status: 'VISIBLE', version: 1, fingerprint: 'f' },
      { status: 'VISIBLE', version: 2, fingerprint: 'another' },
    ]);
  });

  it('brings back those of commands that left no event', async () => {
    await receiptsAt(clockIn(0));
    const rejected = commandOf(createLead(ADA));
    await kit.send(rejected);
    expect(await kit.outcomes([rejected])).toMatchObject([{ status: 'REJECTED' }]);
    for (const [clock, status] of [
      [clockIn(0), 'REJECTED'],
      [clockIn((RECEIPT_TTL_SECONDS + 60) * 1_000), undefined],
    ] as const) {
      const rebuilt = createMemoryReadModels();
      await rebuildReadModels(kit.ports.eventStore, rebuilt, silentLogger, clock);
      const [view] = await rebuilt.get([{ tenant: ACME, kind: 'command', id: rejected.id }]);
      expect(view ? (JSON.parse(view.doc) as { status: string }).status : undefined).toBe(status);
    }
  });

  it('leaves older ones to the inbox', async () => {
    expect(await receiptsAt(clockIn((RECEIPT_TTL_SECONDS + 60) * 1_000))).toEqual([null, null]);
  });
});
