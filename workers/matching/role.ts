/** Matches homes and leads: wishes that changed, and homes that came, went or changed, lead to RecordMatches. */
import type { RecordedEvent } from '../../domain/messages.ts';
import { consumeEvents } from '../kit/consume-lanes.ts';
import type { Role, WorkerPorts } from '../kit/role.ts';
import { sendCommands, type WorkerCommand } from '../kit/send-commands.ts';
import { startCatalogues, type Catalogues } from './catalogues.ts';
import { matchLeads } from './match-leads.ts';
import { matchProperties } from './match-properties.ts';
import { createSentLists } from './sent-lists.ts';
import { createSlices } from './slices.ts';
import { leadsToMatch, propertyChanges, propertyEvents } from './triggers.ts';
import { createWalks } from './walks.ts';

/** A walk through all leads is for a whole batch of homes: the larger the batch, the fewer walks. */
const BATCH_MAX = 1_000;
/** Beside a faster lane, for the same reason more than usual: this role lets others in while it computes. */
const SLICE_MAX = 250;
/** A walk through all leads of a large brokerage takes minutes; it ends at once where its signal aborts. */
const DEADLINE_MS = 600_000;

function createMatching(ports: WorkerPorts, catalogues: Catalogues) {
  const sent = createSentLists();
  const totals = { lists_total: 0, walks_total: 0 };

  async function send(commands: readonly WorkerCommand[]): Promise<void> {
    await sendCommands(ports, 'matching', commands);
    sent.note(commands);
    totals.lists_total += commands.length;
  }

  const walks = createWalks(async (tenant, changes, signal) => {
    totals.walks_total += 1;
    await matchProperties({ ports, catalogue: await catalogues.of(tenant), sent, send }, tenant, changes, createSlices(signal));
  });

  async function handle(events: readonly RecordedEvent[], signal: AbortSignal): Promise<void> {
    // What the batch itself tells of homes is known before anything is matched.
    for (const recorded of propertyEvents(events)) (await catalogues.of(recorded.tenant)).applyEvent(recorded);
    await send(await matchLeads({ ports, catalogues, sent }, leadsToMatch(events), createSlices(signal)));
    for (const [tenant, changed] of propertyChanges(events)) await walks(tenant, changed, signal);
  }

  return { handle, facts: () => ({ ...totals }) };
}

export const matchingRole: Role = {
  name: 'matching',
  async start(ports) {
    const catalogues = await startCatalogues(ports);
    const matching = createMatching(ports, catalogues);
    const consumers = await consumeEvents({
      ports,
      role: 'matching',
      recordsMax: BATCH_MAX,
      sliceMax: SLICE_MAX,
      deadlineMs: DEADLINE_MS,
      ownSlots: true,
      handle: (events, { signal }) => matching.handle(events, signal),
    });
    return {
      async stop() {
        await consumers.stop();
        await catalogues.stop();
      },
      health: () => ({
        ok: true,
        detail: `matches homes and leads; ${catalogues.facts().homes} homes known`,
        facts: { ...matching.facts(), ...catalogues.facts(), ...consumers.facts() },
      }),
    };
  },
};
