import { describe, expect, it, vi } from 'vitest';
import { acceptedReceipt } from '../../../domain/views/receipts.ts';
import { createMemoryReadModels } from '../../../platform/read-models/memory-read-models.ts';
import { ReadModelsUnavailableError } from '../../../platform/read-models/read-models.ts';
import { silentLogger } from '../../../platform/telemetry/logger.ts';
import { createReceiptNotes } from '../../../resolvers/commands/receipt-notes.ts';
import { addNote, commandOf, leadId } from '../../support/worker-kit.ts';

function notes(options?: { readonly retries: boolean }) {
  const memory = createMemoryReadModels();
  const outage = { isAway: true, puts: 0 };
  const put: typeof memory.put = (views) => {
    outage.puts += 1;
    return outage.isAway ? Promise.reject(new ReadModelsUnavailableError('down')) : memory.put(views);
  };
  const receipts = [0, 1, 2].map((n) => acceptedReceipt(commandOf(addNote(leadId('ada'), `note ${n}`))));
  const found = async (): Promise<number> =>
    (await memory.get(receipts.map(({ tenant, id }) => ({ tenant, kind: 'command', id })))).filter((view) => view !== null).length;
  return { notes: createReceiptNotes({ readModels: { ...memory, put }, logger: silentLogger }, options), outage, receipts, found };
}

describe('receipts of accepted commands', () => {
  it('are written once the read models are back, and nobody waits for that', async () => {
    const { notes: kept, outage, receipts, found } = notes();
    await kept.note(receipts.slice(0, 2));
    await kept.note(receipts.slice(2));
    await vi.waitFor(() => expect(outage.puts).toBeGreaterThan(3));
    expect(await found()).toBe(0);
    outage.isAway = false;
    await vi.waitFor(async () => expect(await found()).toBe(3));
    await kept.close();
  });

  it('are tried no more after the end, nor where a process may have nothing under way between requests', async () => {
    const closed = notes();
    await closed.notes.note(closed.receipts);
    await closed.notes.close();
    const brief = notes({ retries: false });
    await brief.notes.note(brief.receipts);
    // Begun after them, so that their turns would have come before its own.
    const open = notes();
    await open.notes.note(open.receipts);
    for (const { outage } of [closed, brief, open]) outage.isAway = false;
    await vi.waitFor(async () => expect(await open.found()).toBe(3));
    await open.notes.close();
    expect([await closed.found(), await brief.found()]).toEqual([0, 0]);
  });
});
