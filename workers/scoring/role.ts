/** Scores leads: events that change what is known of a lead lead to RecordScore, AI first, rules behind it. */
import { fold, isLead } from '../../domain/aggregate.ts';
import { streamKey } from '../../platform/event-store/event-store.ts';
import { consumeEvents } from '../kit/consume-lanes.ts';
import type { Role, WorkerPorts } from '../kit/role.ts';
import { sendCommands } from '../kit/send-commands.ts';
import type { DegradedLead } from './degraded-leads.ts';
import { needsRescore, startRescore } from './rescore.ts';
import { createLeadScoring, recordScore } from './score-leads.ts';
import { leadsToScore } from './triggers.ts';

/** Events in one batch: enough to join what happens to a lead in a burst. */
const BATCH_MAX = 200;
/** The same where an AI is asked: it answers for all of them within the deadline of a handler, four at a time and ten seconds each. */
const AI_BATCH_MAX = 24;

/** Tries the circuit with a lead whose score is degraded already; another degraded score of it would say nothing. */
async function probe(ports: WorkerPorts, { tenant, id }: DegradedLead, signal: AbortSignal): Promise<void> {
  const ref = { tenant, streamId: id };
  const lead = fold((await ports.eventStore.loadStreams([ref])).get(streamKey(ref)) ?? []);
  if (!lead || !isLead(lead) || lead.erasedAt !== undefined) return;
  const now = ports.clock.now().toISOString();
  const scored = await ports.scorer.score(lead, now, signal);
  if (scored.score.source !== 'AI') return;
  const command = recordScore(lead, scored, { ...ref, lane: 'cold', version: lead.version });
  // The same version may have a degraded score of ours: this is another command.
  await sendCommands(ports, 'scoring', [{ ...command, dedupeKey: `${command.dedupeKey}:${now}` }]);
}

export const scoringRole: Role = {
  name: 'scoring',
  async start(ports) {
    const scoring = createLeadScoring(ports);
    const rescore = needsRescore(ports.scorer) ? startRescore({ ports, probe: (lead, signal) => probe(ports, lead, signal) }) : null;
    const consumers = await consumeEvents({
      ports,
      role: 'scoring',
      recordsMax: rescore === null ? BATCH_MAX : AI_BATCH_MAX,
      ownSlots: true,
      async handle(events, batch) {
        const leads = leadsToScore(events);
        if (leads.length > 0) await scoring.score(leads, batch.signal);
        for (const { tenant, streamId } of leads) rescore?.scored({ tenant, id: streamId });
      },
    });
    return {
      async stop() {
        await rescore?.stop();
        await consumers.stop();
      },
      health() {
        const { circuit, name, lastError = '', retryAt = '' } = ports.scorer.status();
        const { ok, detail } = rescore?.health() ?? { ok: true, detail: '' };
        return {
          ok,
          detail: ok ? `scores by ${name}, circuit ${circuit}` : `re-scoring ${detail}`,
          facts: { circuit, retry_at: retryAt, last_error: lastError, ...scoring.facts(), ...rescore?.facts(), ...consumers.facts() },
        };
      },
    };
  },
};
